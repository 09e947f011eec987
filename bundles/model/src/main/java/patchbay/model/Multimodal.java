package patchbay.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Mode;
import patchbay.spi.Tower;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * Encoders side by side, one a modality, whose features are fused to answer a question about an example, or aligned with one another, or both.
 * A modality may be missing in any example, and may join or leave while the model trains: one that joins is silent at first ({@link #gate}).
 */
public final class Multimodal implements Model {

    /** What a gate of a modality that has joined rises by in a step. */
    private static final float RISE = 0.02f;

    private final Rack rack;
    private final int classes;

    /** @param classes labels that an example can have, or tokens of its text where that is what is asked for */
    public Multimodal(Rack rack, int classes) {
        this.rack = rack;
        this.classes = classes;
    }

    @Override
    public Multimodal with(Rack changed) {
        return new Multimodal(changed, classes);
    }

    @Override
    public Rack rack() {
        return rack;
    }

    public Task task() {
        return rack.settings().task();
    }

    public int classes() {
        return classes;
    }

    /** The state that says how loud a modality is: 1, and rising from 0 to that where it joined a model in training. */
    public static String gate(String modality) {
        return "gates." + modality;
    }

    /** The input that says which examples have a modality, i32[B] of 1 and 0. */
    public static String present(String modality) {
        return EncoderScope.input(Socket.ENCODERS + modality, "present");
    }

    /** The input that an encoder's {@code name} is read from. */
    public static String input(String modality, String name) {
        return EncoderScope.input(Socket.ENCODERS + modality, name);
    }

    /** The inputs of the examples' texts, i32[B, T], where these are asked for: the tokens to go on after, and those to find; below 0 behind a text's end. */
    public static final String TOKENS = "tokens";
    public static final String TARGETS = "targets";

    /** The input of the examples' labels, i32[B]; below 0 for none. */
    public static final String LABELS = "labels";

    /** What turns examples into numbers, by modality. */
    public Map<String, Encoder.Reader> readers() {
        var readers = new LinkedHashMap<String, Encoder.Reader>();
        for (var modality : task().modalities()) {
            readers.put(modality, rack.at(Socket.ENCODERS + modality).reader(rack.settings()));
        }
        return readers;
    }

    /**
     * What a forward pass yields.
     *
     * @param loss in nats an example
     * @param logits of the labels, [B, classes], where the task asks for them
     * @param embeddings by modality, of length 1, [B, dim], where modalities are aligned
     */
    public record Forward(Tensor loss, Optional<Tensor> logits, Map<String, Tensor> embeddings) {}

    /** What the encoders make of a batch, with the modalities' gates and which examples have them. */
    private record Encoded(Map<String, Features> features, Map<String, Tensor> gates, Map<String, Tensor> present, List<Tensor> found) {}

    /** @param given features of encoders that are not built, by modality */
    private Encoded encoded(Building building, int batch, Map<String, Features> given) {
        var graph = building.graph();
        enter(building, batch);
        var encoded = new Encoded(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        for (var modality : task().modalities()) {
            encoded.gates.put(modality, gate(graph, modality));
            encoded.present.put(modality, graph.input(present(modality), TensorType.i32(batch)).toFloat());
            var features = given.containsKey(modality) ? given.get(modality) : encode(building, modality, batch, encoded.found);
            encoded.features.put(modality, of(features, encoded.present.get(modality)));
        }
        return encoded;
    }

    private static Tensor gate(Graph graph, String modality) {
        return graph.state(gate(modality), TensorType.f32(1), Initializer.ones());
    }

    /** Gates open by steps, of however many batches. */
    @Override
    public void update(Building building, Map<String, Tensor> counts) {
        Model.super.update(building, counts);
        var graph = building.graph();
        task().modalities().forEach(modality -> graph.update(gate(graph, modality), gate(graph, modality).add(RISE).minimum(graph.constant(1f))));
    }

    private Features fused(Building building, int batch) {
        var encoded = encoded(building, batch, Map.of());
        return fuse(building, encoded.features, encoded.gates, encoded.present);
    }

    /** One place an example, for what stands outside of encoders. */
    private static void enter(Building building, int batch) {
        building.enter(building.graph().constant(Shape.of(batch, 1), new int[batch]));
    }

    /** Builds what the encoder of a modality makes of a batch, and nothing else. */
    public Features features(Building building, String modality, int batch) {
        enter(building, batch);
        return encode(building, modality, batch, new ArrayList<>());
    }

    /** Builds the forward pass over a batch of examples. */
    public Forward build(Building building, int batch) {
        return build(building, batch, Map.of());
    }

    /**
     * Builds the forward pass over a batch of examples, of which some features are there.
     *
     * @param given features of encoders that are not built, by modality
     */
    public Forward build(Building building, int batch, Map<String, Features> given) {
        var encoded = encoded(building, batch, given);
        return switch (task().kind()) {
            case masked -> new Forward(encoded.found.stream().reduce(Tensor::add).orElseThrow().divide(encoded.found.size()), Optional.empty(), Map.of());
            case describe -> new Forward(texts(building, fuse(building, encoded.features, encoded.gates, encoded.present)), Optional.empty(), Map.of());
            case retrieve -> {
                var alignment = new Alignment(building, task(), encoded.gates, encoded.present);
                var embeddings = alignment.embed(encoded.features);
                yield new Forward(alignment.loss(embeddings), Optional.empty(), embeddings);
            }
            case classify -> classify(building, encoded);
            case language -> throw new IllegalStateException("a decoder's task");
        };
    }

    private Forward classify(Building building, Encoded encoded) {
        var graph = building.graph();
        var logits = ofLabels(building, fuse(building, encoded.features, encoded.gates, encoded.present).summary());
        var labels = graph.input(LABELS, TensorType.i32(logits.dim(0)));
        var asked = logits.meanCrossEntropy(labels);
        if (!embeds()) {
            return new Forward(asked, Optional.of(logits), Map.of());
        }
        var alignment = new Alignment(building, task(), encoded.gates, encoded.present);
        var embeddings = alignment.embed(encoded.features);
        return new Forward(asked.add(alignment.loss(embeddings).multiply(task().alignment())), Optional.of(logits), embeddings);
    }

    /**
     * What is said of an example of which there is one modality.
     *
     * @param features of the modality's encoder
     * @param logits of the labels, [1, classes], where the task asks for them
     * @param embedding of length 1, [1, dim], where modalities are aligned
     */
    record Answer(Features features, Optional<Tensor> logits, Optional<Tensor> embedding) {}

    /** Builds what is said of one example that has one modality. */
    Answer answer(Building building, String modality) {
        var graph = building.graph();
        var gates = Map.of(modality, gate(graph, modality));
        var present = Map.of(modality, graph.filled(Shape.of(1), 1));
        var features = Map.of(modality, features(building, modality, 1));
        return new Answer(features.get(modality),
                task().kind() == Task.Kind.classify ? Optional.of(ofLabels(building, fuse(building, features, gates, present).summary())) : Optional.empty(),
                embeds() ? Optional.of(new Alignment(building, task(), gates, present).embed(features).get(modality)) : Optional.empty());
    }

    private boolean embeds() {
        return task().kind() == Task.Kind.retrieve || task().kind() == Task.Kind.classify && task().modalities().size() > 1 && task().alignment() > 0;
    }

    /** The logits of the labels, [B, classes]. */
    private Tensor ofLabels(Building building, Tensor summary) {
        return summary.matmul(building.parameter("head.weight", Shape.of(summary.dim(1), classes), Initializer.zeros()))
                .add(building.undecayed("head.bias", Shape.of(classes), Initializer.zeros()));
    }

    /** Features of which nothing counts where an example lacks the modality. */
    private static Features of(Features features, Tensor present) {
        var there = present.unsqueeze(1); // [B, 1]
        return new Features(features.sequence(), features.weights().multiply(there), features.summary().multiply(there));
    }

    /** @param found where the loss of masked tokens goes, if the task asks for them */
    private Features encode(Building building, String modality, int batch, List<Tensor> found) {
        var fitting = rack.at(Socket.ENCODERS + modality);
        var encoder = (Encoder) fitting.offer().part();
        return building.at(fitting, () -> {
            var scope = new EncoderScope(building, fitting, rack, batch, fitting.inputs(rack.settings(), building.mode()));
            var features = encoder.forward(scope);
            if (features.sequence().dim(0) != batch) {
                throw new UserError("it returned features of " + features.sequence().dim(0) + " examples; the batch has " + batch);
            }
            if (task().kind() == Task.Kind.masked && building.mode() != Mode.DECODING) {
                var masking = scope.masking();
                var rows = features.sequence().reshape(batch * features.places(), features.dim()).gather(masking.places());
                found.add(encoder.predict(scope, rows).meanCrossEntropy(masking.targets()));
            }
            return features;
        });
    }

    /** The mean cross-entropy of the texts' tokens: a token is told by the places before the text and the tokens before itself. */
    private Tensor texts(Building building, Features fused) {
        int batch = fused.sequence().dim(0);
        int time = building.settings().context();
        var graph = building.graph();
        var x = before(fused);
        var ids = beginning(building, fused);
        if (time > 1) {
            var tokens = graph.input(TOKENS, TensorType.i32(batch, time - 1));
            x = Layout.concat(1, x, embedding(building).gather(tokens));
            ids = Layout.concat(1, ids, tokens);
        }
        var places = trunk(building, fused.places(), ids, x).reshape(batch, x.dim(1), x.dim(2));
        var rows = places.slice(1, fused.places() - 1, fused.places() - 1 + time).reshape(batch * time, x.dim(2));
        var targets = graph.input(TARGETS, TensorType.i32(batch, time)).flatten();
        return logits(building, rows).meanCrossEntropy(targets);
    }

    /** What stands before a text; nothing of a place that does not count. */
    private static Tensor before(Features fused) {
        return fused.sequence().multiply(fused.weights().unsqueeze(2));
    }

    /** Of the places before a text, as though they were tokens: 0, and −1 for those that do not count. */
    private static Tensor beginning(Building building, Features fused) {
        var one = building.graph().constant(Shape.scalar(), 1);
        return fused.weights().greater(0).toInt().subtract(one);
    }

    /** x [B, n, dim] through the blocks → [B · n, dim]. */
    private Tensor trunk(Building building, int places, Tensor ids, Tensor x) {
        var sized = building.of(building.settings().withContext(places + building.settings().context() - 1));
        sized.enter(ids);
        var positions = new Positions(sized, rack.at("position"), rack::at);
        return new Blocks(sized, rack, "", positions, Tower.Order.BEFORE, 1e-5f).build(positions.embed(x));
    }

    private Tensor embedding(Building building) {
        return building.parameter("embedding.tokens", Shape.of(classes, building.settings().dim()), Initializer.normal(0.02f));
    }

    private Tensor logits(Building building, Tensor rows) {
        return rows.matmul(embedding(building), false, true);
    }

    /**
     * The logits of a text's first token, [1, vocabulary], in a graph for decoding: reads what the modalities say, and keeps it.
     *
     * @return how many places that takes
     */
    int begin(Building building) {
        var fused = fused(building.whole(), 1);
        var rows = trunk(building, fused.places(), beginning(building, fused), before(fused));
        building.graph().output("logits", logits(building, rows.slice(0, rows.dim(0) - 1, rows.dim(0))));
        return fused.places();
    }

    /** The logits of the token after one, [1, vocabulary], in a graph for decoding. */
    void step(Building building, int places) {
        var token = building.graph().input(TOKENS, TensorType.i32(1, 1));
        building.graph().output("logits", logits(building, trunk(building, places, token, embedding(building).gather(token))));
    }

    /** Each combination of modalities that has a fusion of its own goes there, and the others into the one for all. */
    private Features fuse(Building building, Map<String, Features> features, Map<String, Tensor> gates, Map<String, Tensor> present) {
        var even = new LinkedHashMap<String, Features>();
        features.forEach((modality, its) -> even.put(modality, projected(building, modality, its)));
        var fused = fuse(building, rack.at("fusion"), even, gates, present);
        var summary = fused.summary();
        for (var fusion : task().fusions()) {
            var parts = Task.parts(fusion);
            if (!features.keySet().containsAll(parts)) {
                continue; // of an example that has one modality alone
            }
            var some = new LinkedHashMap<>(even);
            some.keySet().retainAll(parts);
            var exactly = exactly(parts, present); // [B, 1]
            var own = fuse(building, rack.at("fusion." + fusion), some, gates, present).summary();
            summary = own.multiply(exactly).add(summary.multiply(exactly.negate().add(1)));
        }
        return new Features(fused.sequence(), fused.weights(), summary);
    }

    /** 1 for the examples that have these modalities and no others: [B, 1]. */
    private static Tensor exactly(List<String> parts, Map<String, Tensor> present) {
        return present.entrySet().stream().map(entry -> parts.contains(entry.getKey()) ? entry.getValue() : entry.getValue().negate().add(1))
                .reduce(Tensor::multiply).orElseThrow().unsqueeze(1);
    }

    private static Features fuse(Building building, Fitting fitting, Map<String, Features> features, Map<String, Tensor> gates, Map<String, Tensor> present) {
        var fusion = (Fusion) fitting.offer().part();
        return building.at(fitting, () -> {
            var fused = fusion.forward(new FusionScope(building, fitting, gates, present), features);
            var asked = features.values().iterator().next().summary().type();
            if (!fused.summary().type().equals(asked)) {
                throw new UserError("it returned features with a summary of " + fused.summary().type() + "; it must be " + asked);
            }
            return fused;
        });
    }

    /** Features of the model's width. */
    private static Features projected(Building building, String modality, Features features) {
        int dim = building.settings().dim();
        if (features.dim() == dim) {
            return features;
        }
        var weight = building.parameter("inputs." + modality, Shape.of(features.dim(), dim), Initializer.normal((float) (1 / Math.sqrt(features.dim()))));
        return new Features(features.sequence().matmul(weight), features.weights(), features.summary().matmul(weight));
    }
}
