package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.engine.tornado.forms.HalfPrecision;
import patchbay.engine.tornado.forms.MatMul;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;

/** What runs on a device in the place of a plain kernel, where another form suits it better. */
final class Forms {

    /**
     * A kernel as it is launched.
     *
     * @param rows of the launch
     * @param more arguments after those of the plain kernel
     */
    record Form(Method kernel, int rows, List<Integer> more) {}

    private static final String PLAIN = "patchbay.kernels";
    /** Of the same arguments and rows. */
    private static final Map<String, Method> LIKE = Map.of(
            "HalfPrecision.toF16", Kernel.of(HalfPrecision.class, "toF16").method(),
            "HalfPrecision.toBf16", Kernel.of(HalfPrecision.class, "toBf16").method());
    /** One thread computes a tile of columns; the number of columns is the second whole number that they are given. */
    private static final Map<String, Method> TILED = Map.of(
            "MatMul.matmul", Kernel.of(MatMul.class, "matmul").method(),
            "MatMul.grouped", Kernel.of(MatMul.class, "grouped").method(),
            "MatMul.groupedOuter", Kernel.of(MatMul.class, "groupedOuter").method());

    private Forms() {}

    static Form of(Launch launch) {
        var plain = launch.kernel().method();
        var name = plain.getDeclaringClass().getPackageName().equals(PLAIN) ? launch.kernel().name() : "";
        if (LIKE.containsKey(name)) {
            return new Form(LIKE.get(name), launch.rows(), List.of());
        }
        return Optional.ofNullable(TILED.get(name)).map(tiled -> {
            int tiles = (columns(launch) + MatMul.TILE - 1) / MatMul.TILE;
            return new Form(tiled, launch.rows() * tiles, List.of(tiles));
        }).orElseGet(() -> new Form(plain, launch.rows(), List.of()));
    }

    private static int columns(Launch launch) {
        return launch.arguments().stream().filter(Launch.Argument.IntValue.class::isInstance).skip(1).findFirst()
                .map(argument -> ((Launch.Argument.IntValue) argument).value()).orElseThrow();
    }
}
