package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import patchbay.tensor.Launch;

/**
 * Kernels that use TornadoVM's own context, for local memory and barriers. They are compiled against its SDK, and are here only
 * where that was set when the project was built.
 */
final class Contexts {

    private static final String PACKAGE = "patchbay.engine.tornado.context.";

    private final Class<?> products;
    private final Class<?> reductions;

    private Contexts(Class<?> products, Class<?> reductions) {
        this.products = products;
        this.reductions = reductions;
    }

    /** @param loader that sees TornadoVM's classes */
    static Optional<Contexts> in(ClassLoader loader) {
        try {
            return Optional.of(new Contexts(Class.forName(PACKAGE + "MatMul", true, loader), Class.forName(PACKAGE + "Reductions", true, loader)));
        } catch (ClassNotFoundException absent) {
            return Optional.empty();
        }
    }

    /** What runs in the place of the plain kernel {@code name}, if anything does. */
    Optional<Forms.Form> form(String name, Launch launch) {
        return switch (name) {
            case "MatMul.matmul" -> {
                int tile = constant(products, "TILE");
                int m = Forms.number(launch, 0);
                long squares = (long) launch.rows() / m * tiles(m, tile) * tiles(Forms.number(launch, 1), tile);
                yield grouped(products, "matmul", launch, squares, tile * tile);
            }
            case "Reductions.sumLast" -> grouped(reductions, "sumLast", launch, launch.rows(), constant(reductions, "GROUP"));
            default -> Optional.empty();
        };
    }

    private static int tiles(int size, int tile) {
        return (size + tile - 1) / tile;
    }

    private static Optional<Forms.Form> grouped(Class<?> owner, String kernel, Launch launch, long groups, int size) {
        return groups * size > Integer.MAX_VALUE ? Optional.empty()
                : Optional.of(new Forms.Form(method(owner, kernel), launch.rows(), List.of(), Optional.of(new Task.Groups((int) groups, size))));
    }

    private static Method method(Class<?> owner, String name) {
        return Arrays.stream(owner.getMethods()).filter(method -> method.getName().equals(name)).findFirst().orElseThrow();
    }

    private static int constant(Class<?> owner, String name) {
        try {
            return owner.getField(name).getInt(null);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
