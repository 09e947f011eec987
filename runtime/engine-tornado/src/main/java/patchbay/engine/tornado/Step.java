package patchbay.engine.tornado;

import java.util.HashSet;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;

/**
 * A task of a program with what there is to tell of it.
 *
 * @param operation its name
 * @param place the plugin and socket that it comes from, or empty
 * @param kernel its name in a profile
 * @param operations scalar operations, where the launch says so
 * @param bytes of all arrays that it is given, each once
 * @param isCopy whether it is the engine's own, and no launch of an operation
 */
record Step(Task task, String operation, String place, String kernel, long operations, long bytes, boolean isCopy) {

    static Step copy(Task task, long bytes) {
        return new Step(task, "copy", "", "copy", 0, 2 * bytes, true);
    }

    /** @param passes of the launch, of which {@code task} is one */
    static Step of(Task task, Node node, Launch launch, int passes) {
        var scratch = node.operation().scratch(node);
        long bytes = 0;
        for (var argument : new HashSet<>(launch.arguments())) {
            bytes += switch (argument) {
                case Launch.Argument.Input(int index) -> node.input(index).bytes();
                case Launch.Argument.Output(int index) -> node.output(index).bytes();
                case Launch.Argument.Scratch(int index) -> scratch.get(index).bytes();
                case Launch.Argument.IntValue _, Launch.Argument.FloatValue _ -> 0;
            };
        }
        return new Step(task, node.operation().name(), node.place(), launch.kernel().name(), launch.work() * launch.rows() / passes, bytes, false);
    }

    /** The operation and where it comes from, for a message. */
    String label() {
        return operation + (place.isEmpty() ? "" : " (in " + place + ")");
    }

    /** Its kernel and where that comes from, for a message. */
    String kernelOf() {
        return label() + ", kernel " + kernel;
    }
}
