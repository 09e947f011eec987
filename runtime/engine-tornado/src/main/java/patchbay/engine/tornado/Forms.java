package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import patchbay.engine.tornado.forms.Elements;
import patchbay.engine.tornado.forms.HalfPrecision;
import patchbay.engine.tornado.forms.MatMul;
import patchbay.engine.tornado.forms.Sorting;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;

/** What runs on a device in the place of a plain kernel, where another form suits it better. */
final class Forms {

    private static final String PLAIN = "patchbay.kernels";
    /** Of the same arguments and rows. */
    private static final Map<String, Method> LIKE = Map.of(
            "Functions.toInt", Kernel.of(Elements.class, "toInt").method(),
            "HalfPrecision.toF16", Kernel.of(HalfPrecision.class, "toF16").method(),
            "HalfPrecision.toBf16", Kernel.of(HalfPrecision.class, "toBf16").method());
    /** One thread computes a tile of columns; the number of columns is the second whole number that they are given. */
    private static final Map<String, Method> TILED = Map.of(
            "MatMul.matmul", Kernel.of(MatMul.class, "matmul").method(),
            "MatMul.grouped", Kernel.of(MatMul.class, "grouped").method(),
            "MatMul.groupedOuter", Kernel.of(MatMul.class, "groupedOuter").method());
    /** A kernel of a thread an element, and which of its whole numbers is the number of elements of a row. */
    private record Wide(Method kernel, int width, boolean always) {}

    private static final Map<String, Wide> WIDE = Map.of(
            "Indexing.gather", new Wide(Kernel.of(Elements.class, "gather").method(), 1, true),
            "Indexing.sumGroups", new Wide(Kernel.of(Elements.class, "sumGroups").method(), 0, true),
            "Dispatch.dispatch", new Wide(Kernel.of(Elements.class, "dispatch").method(), 2, true),
            "Dispatch.combine", new Wide(Kernel.of(Elements.class, "combine").method(), 1, true),
            "Softmax.crossEntropyGradient", new Wide(Kernel.of(Elements.class, "crossEntropyGradient").method(), 0, true),
            "Normalization.rmsNormWeight", new Wide(Kernel.of(Elements.class, "rmsNormWeight").method(), 1, true),
            "Normalization.layerNormWeight", new Wide(Kernel.of(Elements.class, "layerNormWeight").method(), 1, true),
            "Sorting.topK", new Wide(Kernel.of(Sorting.class, "topK").method(), 0, false));

    /** Of devices that run thousands of threads at once. */
    private final Optional<Shares> shares;
    private final Optional<Contexts> contexts;

    /**
     * @param shares for a device that runs thousands of threads at once, as a GPU does; empty for others
     * @param contexts kernels that use TornadoVM's own context, where they are
     */
    Forms(Optional<Shares> shares, Optional<Contexts> contexts) {
        this.shares = shares;
        this.contexts = contexts.filter(_ -> shares.isPresent());
    }

    /** @param scratch number of arrays that the operation itself needs between its launches */
    Form of(Launch launch, int scratch) {
        var plain = launch.kernel().method();
        var name = plain.getDeclaringClass().getPackageName().equals(PLAIN) ? launch.kernel().name() : "";
        if (LIKE.containsKey(name)) {
            return Form.of(LIKE.get(name), launch.rows(), launch);
        }
        var grouped = contexts.flatMap(there -> there.form(name, launch));
        if (grouped.isPresent()) {
            return grouped.get();
        }
        if (TILED.containsKey(name)) {
            int tiles = (number(launch, 1) + MatMul.TILE - 1) / MatMul.TILE;
            return Form.of(TILED.get(name), launch.rows() * tiles, launch, tiles);
        }
        return shares.flatMap(there -> wide(name, launch).or(() -> there.of(name, launch, scratch)))
                .orElseGet(() -> Form.of(plain, launch.rows(), launch));
    }

    private static Optional<Form> wide(String name, Launch launch) {
        if (!WIDE.containsKey(name)) {
            return Optional.empty();
        }
        var form = WIDE.get(name);
        long elements = (long) launch.rows() * number(launch, form.width);
        return elements <= Integer.MAX_VALUE && (form.always || launch.rows() < Shares.BUSY)
                ? Optional.of(Form.of(form.kernel, (int) elements, launch)) : Optional.empty();
    }

    /** The whole number at {@code index} among those that the launch gives to its kernel. */
    static int number(Launch launch, int index) {
        return launch.arguments().stream().filter(Launch.Argument.IntValue.class::isInstance).skip(index).findFirst()
                .map(argument -> ((Launch.Argument.IntValue) argument).value()).orElseThrow();
    }
}
