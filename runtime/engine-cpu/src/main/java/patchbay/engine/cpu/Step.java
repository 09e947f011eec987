package patchbay.engine.cpu;

import java.util.HashSet;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.reference.HostArrays;
import patchbay.tensor.schedule.Placement;
import patchbay.tensor.schedule.Storage;

/**
 * One thing that a run of a program does, with what there is to tell of it.
 *
 * @param form {@code vector} or {@code plain}
 * @param place of the graph that it is for; "" for none
 * @param operations scalar operations, where the launch says so
 * @param bytes of all arrays that it is given, each once
 */
record Step(String kernel, String form, String place, int rows, long operations, long bytes, Runnable body) {

    static Step of(Node node, Launch launch, boolean fast, Runnable body) {
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
        return new Step(launch.kernel().name(), fast ? "vector" : "plain", node.place(), launch.rows(), launch.work() * launch.rows(), bytes, body);
    }

    static Step copy(Placement.Copy copy) {
        var type = copy.type();
        return new Step("copy", "plain", "", type.size(), 0, 2 * type.bytes(), () -> HostArrays.copy(type, copy.from(), copy.to()));
    }

    static Step poison(Storage storage) {
        return new Step("poison", "plain", "", storage.type().size(), 0, storage.type().bytes(), storage::poison);
    }

    /** What there is to tell, without the arrays that the body holds on to. */
    Step withoutBody() {
        return new Step(kernel, form, place, rows, operations, bytes, () -> {});
    }
}
