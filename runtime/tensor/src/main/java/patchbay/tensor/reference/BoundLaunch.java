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
        var arguments = launch.arguments().stream().map(argument -> switch (argument) {
            case Launch.Argument.Input(int index) -> inputs.get(index);
            case Launch.Argument.Output(int index) -> outputs.get(index);
            case Launch.Argument.Scratch(int index) -> scratch.get(index);
            case Launch.Argument.IntValue(int value) -> (Object) value;
            case Launch.Argument.FloatValue(float value) -> (Object) value;
        }).toArray();
        try {
            var handle = MethodHandles.publicLookup().unreflect(kernel);
            return new BoundLaunch(node, launch, MethodHandles.insertArguments(handle, 2, arguments)
                    .asType(MethodType.methodType(void.class, int.class, int.class)));
        } catch (IllegalAccessException | IllegalArgumentException | ClassCastException
                | WrongMethodTypeException error) {
            throw new IllegalArgumentException(located(node) + ": its arguments do not fit kernel " + kernel + ": "
                    + error.getMessage(), error);
        }
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
