package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

/**
 * A kernel with its arguments, {@code first} and {@code count} among them, or a library's function.
 *
 * @param id unique in its graph
 * @param arguments arrays and boxed numbers
 * @param groups where the kernel takes TornadoVM's context before them, how its threads are grouped; otherwise TornadoVM shares out its rows
 */
record Task(String id, Method kernel, List<?> arguments, Optional<Groups> groups) {

    /**
     * @param count of groups
     * @param size threads of each
     */
    record Groups(int count, int size) {

        int threads() {
            return count * size;
        }
    }

    Task(String id, Method kernel, List<?> arguments) {
        this(id, kernel, arguments, Optional.empty());
    }

    /** Whether the device's maker has written the function: {@code kernel} yields TornadoVM's description of it. */
    boolean isLibrary() {
        return isLibrary(kernel);
    }

    static boolean isLibrary(Method kernel) {
        return kernel.getReturnType() != void.class;
    }
}
