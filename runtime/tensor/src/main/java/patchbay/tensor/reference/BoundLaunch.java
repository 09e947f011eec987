package patchbay.tensor.reference;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;
import java.lang.reflect.Method;
import java.util.List;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;

/**
 * A launch with its arrays and scalars filled in.
 *
 * @param call {@code (int first, int count) → void}
 */
public record BoundLaunch(Node node, Launch launch, MethodHandle call) {

    /**
     * Binds {@code launch} of {@code node}.
     *
     * @param kernel the launch's kernel, or a faster twin with the same parameters
     * @throws IllegalArgumentException if the arguments are not those that the kernel takes
     */
    public static BoundLaunch of(Node node, Launch launch, Method kernel, List<?> inputs, List<?> outputs, List<?> scratch) {
        var arguments = arguments(launch, inputs, outputs, scratch);
        check(node, kernel, arguments);
        try {
            // Spread from one array: to bind arguments one by one makes the JVM generate classes for each.
            var handle = MethodHandles.publicLookup().unreflect(kernel).asSpreader(2, Object[].class, arguments.length);
            return new BoundLaunch(node, launch, MethodHandles.insertArguments(handle, 2, (Object) arguments));
        } catch (IllegalAccessException | IllegalArgumentException | WrongMethodTypeException error) {
            throw misfit(node, kernel, error.getMessage());
        }
    }

    /** What is handed to the kernel of {@code launch} after {@code first} and {@code count}. */
    public static Object[] arguments(Launch launch, List<?> inputs, List<?> outputs, List<?> scratch) {
        return launch.arguments().stream().map(argument -> switch (argument) {
            case Launch.Argument.Input(int index) -> inputs.get(index);
            case Launch.Argument.Output(int index) -> outputs.get(index);
            case Launch.Argument.Scratch(int index) -> scratch.get(index);
            case Launch.Argument.IntValue(int value) -> (Object) value;
            case Launch.Argument.FloatValue(float value) -> (Object) value;
        }).toArray();
    }

    private static void check(Node node, Method kernel, Object[] arguments) {
        var types = MethodType.methodType(void.class, kernel.getParameterTypes()).wrap();
        if (types.parameterCount() != arguments.length + 2 || kernel.getReturnType() != void.class) {
            throw misfit(node, kernel, "it takes " + types.parameterCount() + " with first and count, and is given " + arguments.length);
        }
        for (int i = 0; i < arguments.length; i++) {
            if (!types.parameterType(i + 2).isInstance(arguments[i])) {
                throw misfit(node, kernel, "argument " + i + " is of " + arguments[i].getClass().getSimpleName());
            }
        }
    }

    private static IllegalArgumentException misfit(Node node, Method kernel, String reason) {
        return new IllegalArgumentException(located(node) + ": its arguments do not fit kernel " + kernel + ": " + reason);
    }

    /** Computes the rows from {@code first}; a failure names the operation and the place that it came from. */
    public void run(int first, int count) {
        try {
            call.invokeExact(first, count);
        } catch (Throwable error) {
            throw new IllegalStateException(located(node) + ": kernel " + launch.kernel().name() + " failed: " + error, error);
        }
    }

    private static String located(Node node) {
        return node.place().isEmpty() ? node.toString() : node + " (in " + node.place() + ")";
    }
}
