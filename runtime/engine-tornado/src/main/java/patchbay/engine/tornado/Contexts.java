package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import patchbay.tensor.Launch;

/**
 * Kernels that use TornadoVM's own context, for local memory and barriers, and products by a library of the device's maker. They are compiled
 * against its SDK, and are here only where that was set when the project was built.
 */
final class Contexts {

    private static final String PACKAGE = "patchbay.engine.tornado.context.";

    private final Class<?> products;
    private final Class<?> reductions;
    private final Optional<Class<?>> library;

    private Contexts(Class<?> products, Class<?> reductions, Optional<Class<?>> library) {
        this.products = products;
        this.reductions = reductions;
        this.library = library;
    }

    /**
     * @param loader that sees TornadoVM's classes
     * @param backend whose devices they are for: of TornadoVM's, CUDA alone lets libraries work on its queue
     */
    static Optional<Contexts> in(ClassLoader loader, String backend) {
        try {
            Class<?> cuBlas = Class.forName(PACKAGE + "CuBlas", true, loader);
            return Optional.of(new Contexts(Class.forName(PACKAGE + "MatMul", true, loader), Class.forName(PACKAGE + "Reductions", true, loader),
                    backend.equals("CUDA") && (boolean) call(cuBlas, "findsArrays") ? Optional.of(cuBlas) : Optional.empty()));
        } catch (ClassNotFoundException absent) {
            return Optional.empty();
        }
    }

    /** What runs in the place of the plain kernel {@code name}, if anything does. */
    Optional<Form> form(String name, Launch launch) {
        return switch (name) {
            case "MatMul.matmul" -> library.flatMap(there -> product(there, launch)).or(() -> {
                int tile = constant(products, "TILE");
                int m = Forms.number(launch, 0);
                long squares = (long) launch.rows() / m * tiles(m, tile) * tiles(Forms.number(launch, 1), tile);
                return grouped(products, "matmul", launch, squares, tile * tile);
            });
            case "Reductions.sumLast" -> grouped(reductions, "sumLast", launch, launch.rows(), constant(reductions, "GROUP"));
            default -> Optional.empty();
        };
    }

    private static Optional<Form> product(Class<?> library, Launch launch) {
        int m = Forms.number(launch, 0);
        return (boolean) call(library, "takes", m, Forms.number(launch, 1), Forms.number(launch, 2), Forms.number(launch, 4), Forms.number(launch, 5),
                Forms.number(launch, 7), Forms.number(launch, 8))
                        ? Optional.of(Form.of(method(library, "matmul"), launch.rows(), launch, launch.rows() / m)) : Optional.empty();
    }

    private static Object call(Class<?> owner, String name, Object... arguments) {
        try {
            return method(owner, name).invoke(null, arguments);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(owner.getName() + "." + name + ": " + error, error);
        }
    }

    private static int tiles(int size, int tile) {
        return (size + tile - 1) / tile;
    }

    private static Optional<Form> grouped(Class<?> owner, String kernel, Launch launch, long groups, int size) {
        return groups * size > Integer.MAX_VALUE ? Optional.empty()
                : Optional.of(Form.of(method(owner, kernel), launch, new Task.Groups((int) groups, size)));
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
