package patchbay.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.spi.Features;
import patchbay.spi.Mode;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * The loss of a micro-batch as graph, plus the balancers' terms. Of a {@link Decoder} it is the mean cross-entropy of the next token over the targets that count: reads the
 * inputs {@code tokens} and {@code targets}, i32[B, T]; a target below 0 does not count. Of a {@link Multimodal} it is what its task asks for.
 *
 * @param loss without the balancers' terms, in nats
 * @param total what gradients are taken of
 * @param counts tokens of each expert [E], by the path of the mixture layer
 * @param taken which token is with which expert [B · T, E], by the path of the mixture layer
 * @param blocks the nodes of each layer
 * @param answers what a model of encoders yields
 */
record Objective(Building building, Tensor loss, Tensor total, Map<String, Tensor> counts, Map<String, Tensor> taken,
        List<Gradients.Segment> blocks, Optional<Multimodal.Forward> answers) {

    /** @param time tokens of a sequence, for models that read tokens */
    static Objective build(Graph graph, Model model, Mode mode, int batch, int time) {
        return build(graph, model, mode, batch, time, Map.of());
    }

    /** @param given features of encoders that are not built, by modality */
    static Objective build(Graph graph, Model model, Mode mode, int batch, int time, Map<String, Features> given) {
        var building = new Building(graph, mode, model.rack().settings());
        return switch (model) {
            case Decoder decoder -> of(building, nextToken(building, decoder, batch, time), Optional.empty());
            case Multimodal multimodal -> {
                var forward = multimodal.build(building, batch, given);
                yield of(building, forward.loss(), Optional.of(forward));
            }
        };
    }

    private static Tensor nextToken(Building building, Decoder decoder, int batch, int time) {
        var graph = building.graph();
        var tokens = graph.input("tokens", TensorType.i32(batch, time));
        var targets = graph.input("targets", TensorType.i32(batch, time)).flatten();
        return decoder.build(building, tokens).logits().meanCrossEntropy(targets);
    }

    private static Objective of(Building building, Tensor loss, Optional<Multimodal.Forward> answers) {
        var counts = new LinkedHashMap<String, Tensor>();
        var taken = new LinkedHashMap<String, Tensor>();
        building.routings().forEach((path, routing) -> {
            counts.put(path, routing.counts());
            taken.put(path, routing.taken());
        });
        return new Objective(building, loss, building.balance().map(loss::add).orElse(loss), counts, taken, building.blocks(), answers);
    }

    List<String> names() {
        return List.copyOf(building.graph().parameters().keySet());
    }

    Tensor parameter(String name) {
        return building.graph().parameters().get(name);
    }

    /**
     * By the parameters of these names, in their order.
     *
     * @param recompute whether a layer's activations are computed again in the backward pass instead of being kept for it
     */
    List<Tensor> gradients(List<String> names, boolean recompute) {
        return Gradients.of(total, names.stream().map(this::parameter).toList(), recompute ? blocks : List.of());
    }

    /** What adds up over the micro-batches of a step, by name; {@code PATH.counts} among it. */
    Map<String, Tensor> tallies() {
        var tallies = new LinkedHashMap<String, Tensor>();
        counts.forEach((path, count) -> tallies.put(path + ".counts", count));
        tallies.putAll(building.tallies());
        return tallies;
    }

    Set<String> undecayed() {
        return building.undecayed();
    }
}
