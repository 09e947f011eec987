package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import patchbay.tensor.Launch;
import patchbay.tensor.TensorType;

/**
 * A launch as it runs on a device.
 *
 * @param passes one after the other
 * @param scratch arrays that the passes need among themselves; in their arguments they are numbered on from those of the operation
 */
record Form(List<Pass> passes, List<TensorType> scratch) {

    /**
     * A kernel as it is launched.
     *
     * @param groups of its threads, where it takes TornadoVM's context in the place of the rows
     */
    record Pass(Method kernel, int rows, List<Launch.Argument> arguments, Optional<Task.Groups> groups) {

        Pass(Method kernel, int rows, List<Launch.Argument> arguments) {
            this(kernel, rows, arguments, Optional.empty());
        }

        /** Whether its first arguments are the first row and the number of rows. */
        boolean takesRows() {
            return groups.isEmpty() && !Task.isLibrary(kernel);
        }
    }

    /** One kernel, which is given what the launch says, and {@code more} whole numbers after that. */
    static Form of(Method kernel, int rows, Launch launch, int... more) {
        return new Form(List.of(new Pass(kernel, rows, with(launch.arguments(), more))), List.of());
    }

    static Form of(Method kernel, Launch launch, Task.Groups groups) {
        return new Form(List.of(new Pass(kernel, launch.rows(), launch.arguments(), Optional.of(groups))), List.of());
    }

    static List<Launch.Argument> with(List<Launch.Argument> arguments, int... more) {
        var all = new ArrayList<>(arguments);
        for (int value : more) {
            all.add(new Launch.Argument.IntValue(value));
        }
        return all;
    }
}
