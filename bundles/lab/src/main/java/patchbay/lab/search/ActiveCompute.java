package patchbay.lab.search;

import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.GroupedMatMul;
import patchbay.tensor.operations.MatMul;

/**
 * What a model computes for a token: the scalar operations of a forward pass's matrix products, grouped ones and attention
 * among them, over a whole context. Experts that a token does not pass are not in it, the router's own products are.
 */
final class ActiveCompute {

    private ActiveCompute() {
    }

    /** Operations a token. */
    static long of(Decoder decoder) {
        var graph = new Graph();
        int time = decoder.rack().settings().context();
        decoder.build(new Building(graph, Mode.EVALUATION, decoder.rack().settings()), graph.input("tokens", TensorType.i32(1, time)));
        long operations = 0;
        for (var node : graph.nodes()) {
            var operation = node.operation();
            if (operation instanceof MatMul || operation instanceof GroupedMatMul || operation instanceof Attention) {
                operations += operation.launches(node).stream().mapToLong(launch -> launch.rows() * launch.work()).sum();
            }
        }
        return operations / time;
    }
}
