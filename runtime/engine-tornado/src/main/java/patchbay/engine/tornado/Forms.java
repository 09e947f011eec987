package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.List;
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

    /**
     * A kernel as it is launched.
     *
     * @param rows of the launch
     * @param more arguments after those of the plain kernel
     * @param groups of its threads, where it takes TornadoVM's context in the place of the rows
     */
    record Form(Method kernel, int rows, List<Integer> more, Optional<Task.Groups> groups) {

        Form(Method kernel, int rows, List<Integer> more) {
            this(kernel, rows, more, Optional.empty());
        }
    }

    private static final String PLAIN = "patchbay.kernels";
    /** Threads that keep a GPU busy: with so many rows a kernel needs no other form for want of work. */
    private static final int BUSY = 1 << 14;
    /** Of the same arguments and rows. */
    private static final Map<String, Method> LIKE = Map.of(
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
            "Sorting.topK", new Wide(Kernel.of(Sorting.class, "topK").method(), 0, false));

    private final boolean wide;
    private final Optional<Contexts> contexts;

    /**
     * @param wide whether the device runs thousands of threads at once, as a GPU does
     * @param contexts kernels that use TornadoVM's own context, where they are
     */
    Forms(boolean wide, Optional<Contexts> contexts) {
        this.wide = wide;
        this.contexts = contexts;
    }

    Form of(Launch launch) {
        var plain = launch.kernel().method();
        var name = plain.getDeclaringClass().getPackageName().equals(PLAIN) ? launch.kernel().name() : "";
        if (LIKE.containsKey(name)) {
            return new Form(LIKE.get(name), launch.rows(), List.of());
        }
        var grouped = contexts.filter(_ -> wide).flatMap(there -> there.form(name, launch));
        if (grouped.isPresent()) {
            return grouped.get();
        }
        if (TILED.containsKey(name)) {
            int tiles = (number(launch, 1) + MatMul.TILE - 1) / MatMul.TILE;
            return new Form(TILED.get(name), launch.rows() * tiles, List.of(tiles));
        }
        if (wide && WIDE.containsKey(name)) {
            var form = WIDE.get(name);
            long elements = (long) launch.rows() * number(launch, form.width);
            if (elements <= Integer.MAX_VALUE && (form.always || launch.rows() < BUSY)) {
                return new Form(form.kernel, (int) elements, List.of());
            }
        }
        return new Form(plain, launch.rows(), List.of());
    }

    /** The whole number at {@code index} among those that the launch gives to its kernel. */
    static int number(Launch launch, int index) {
        return launch.arguments().stream().filter(Launch.Argument.IntValue.class::isInstance).skip(index).findFirst()
                .map(argument -> ((Launch.Argument.IntValue) argument).value()).orElseThrow();
    }
}
