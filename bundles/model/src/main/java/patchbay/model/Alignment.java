package patchbay.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import patchbay.spi.Features;
import patchbay.spi.Mode;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * Brings the embeddings of what belongs together close to each other, for each pair of modalities that examples of a batch have both of: InfoNCE in both
 * directions (van den Oord et al. 2018, equation 4; CLIP, Radford et al. 2021, figure 3), with further negatives from a queue of earlier embeddings (MoCo, He et
 * al. 2020, without its second encoder: they are a few steps old), or each pair by itself (SigLIP, Zhai et al. 2023, equation 1). A pair counts by the product of
 * its modalities' gates, so that one that joins changes the loss little by little.
 */
record Alignment(Building building, Task task, Map<String, Tensor> gates, Map<String, Tensor> present) {

    /** CLIP's: 1/0.07 at first, and never more than 100. */
    private static final float FIRST_SCALE = (float) Math.log(1 / 0.07);
    private static final float LARGEST_SCALE = (float) Math.log(100);
    /** SigLIP's: at first nearly nothing is a pair. */
    private static final float FIRST_SIGMOID_SCALE = (float) Math.log(10);
    private static final float FIRST_BIAS = -10;
    /** Below every score: no softmax gives it anything. */
    private static final float NOWHERE = -1e9f;

    /** The summaries projected to the model's width, and of length 1: [B, dim] by modality. */
    Map<String, Tensor> embed(Map<String, Features> features) {
        int dim = building.settings().dim();
        var embeddings = new LinkedHashMap<String, Tensor>();
        features.forEach((modality, its) -> {
            var weight = building.parameter("alignment." + modality, Shape.of(its.dim(), dim), Initializer.normal((float) (1 / Math.sqrt(its.dim()))));
            embeddings.put(modality, normed(its.summary().matmul(weight)));
        });
        return embeddings;
    }

    private static Tensor normed(Tensor rows) {
        return rows.divide(rows.square().sum(1).unsqueeze(1).add(1e-12f).sqrt());
    }

    /**
     * How badly the modalities are aligned, in nats. With a codebook the mean of that and of how badly the concepts are that the embeddings become, plus how far it is off: by the concepts
     * alone nothing is learnt as long as all embeddings of a modality become the same one.
     */
    Tensor loss(Map<String, Tensor> embeddings) {
        var loss = aligned(embeddings, task.queue());
        if (task.concepts() > 0) {
            var codebook = new Codebook(building, task.concepts());
            var concepts = new LinkedHashMap<String, Tensor>();
            var distances = new ArrayList<Tensor>();
            embeddings.forEach((modality, embedding) -> {
                var found = codebook.look(embedding, present.get(modality));
                concepts.put(modality, normed(found.concepts()));
                distances.add(found.loss().multiply(gates.get(modality).reshape(Shape.scalar())));
            });
            loss = loss.add(aligned(concepts, 0)).multiply(0.5f).add(sum(distances));
        }
        if (task.queue() > 0) {
            embeddings.forEach(this::remember);
        }
        return loss;
    }

    /** The mean over the pairs of modalities, by their gates. */
    private Tensor aligned(Map<String, Tensor> embeddings, int queue) {
        var modalities = List.copyOf(embeddings.keySet());
        var pairs = new ArrayList<Tensor>();
        var loudness = new ArrayList<Tensor>();
        for (int a = 0; a < modalities.size(); a++) {
            for (int b = a + 1; b < modalities.size(); b++) {
                var loud = gates.get(modalities.get(a)).multiply(gates.get(modalities.get(b))).reshape(Shape.scalar());
                loudness.add(loud);
                pairs.add(pair(modalities.get(a), modalities.get(b), embeddings, queue).multiply(loud));
            }
        }
        return pairs.isEmpty() ? building.graph().constant(0f) : sum(pairs).divide(sum(loudness).maximum(building.graph().constant(1e-6f)));
    }

    private static Tensor sum(List<Tensor> numbers) {
        return numbers.stream().reduce(Tensor::add).orElseThrow();
    }

    private Tensor pair(String a, String b, Map<String, Tensor> embeddings, int queue) {
        var both = present.get(a).multiply(present.get(b)); // [B]
        var name = "alignment." + a + "+" + b;
        var x = embeddings.get(a);
        var y = embeddings.get(b);
        return switch (task.loss()) {
            case infonce -> {
                var scale = building.undecayed(name + ".scale", Shape.scalar(), Initializer.constant(FIRST_SCALE)).minimum(building.graph().constant(LARGEST_SCALE)).exp();
                yield direction(x, y, both, scale, b, queue).add(direction(y, x, both, scale, a, queue)).multiply(0.5f);
            }
            case sigmoid -> sigmoid(x, y, both, name);
        };
    }

    /** −log of what each x gives its own y among all, the queue of that modality included: a number. */
    private Tensor direction(Tensor x, Tensor y, Tensor both, Tensor scale, String modality, int queue) {
        var graph = building.graph();
        int batch = x.dim(0);
        var candidates = y;
        var there = both;
        if (queue > 0) {
            candidates = Layout.concat(0, y, queue(modality));
            there = Layout.concat(0, both, queue(modality).square().sum(1).greater(0.5f)); // what was never filled is no candidate
        }
        var scores = x.matmul(candidates, false, true).multiply(scale).add(there.subtract(1).multiply(-NOWHERE).unsqueeze(0)); // [B, B + queue]
        var own = graph.constant(Shape.of(batch), IntStream.range(0, batch).toArray());
        var targets = own.add(graph.constant(Shape.scalar(), 1)).multiply(both.toInt()).subtract(graph.constant(Shape.scalar(), 1)); // −1 where there is no pair
        return scores.meanCrossEntropy(targets);
    }

    private Tensor sigmoid(Tensor x, Tensor y, Tensor both, String name) {
        var graph = building.graph();
        int batch = x.dim(0);
        var scale = building.undecayed(name + ".scale", Shape.scalar(), Initializer.constant(FIRST_SIGMOID_SCALE)).exp();
        var bias = building.undecayed(name + ".bias", Shape.scalar(), Initializer.constant(FIRST_BIAS));
        var sign = new float[batch * batch];
        java.util.Arrays.fill(sign, 1);
        IntStream.range(0, batch).forEach(i -> sign[i * batch + i] = -1);
        var scores = x.matmul(y, false, true).multiply(scale).add(bias).multiply(graph.constant(Shape.of(batch, batch), sign));
        var counted = both.unsqueeze(1).multiply(both.unsqueeze(0));
        return scores.softplus().multiply(counted).sum().divide(both.sum().maximum(graph.constant(1f)));
    }

    /** [queue, dim]; zeros where nothing has come yet. */
    private Tensor queue(String modality) {
        return building.graph().state("alignment." + modality + ".queue", TensorType.f32(task.queue(), building.settings().dim()), Initializer.zeros());
    }

    /** The batch's embeddings push out the oldest ones of the queue. */
    private void remember(String modality, Tensor embeddings) {
        if (building.mode() != Mode.TRAINING) {
            return;
        }
        var fresh = embeddings.multiply(present.get(modality).unsqueeze(1)).stopGradient();
        var all = Layout.concat(0, fresh, queue(modality));
        building.graph().update(queue(modality), all.slice(0, 0, task.queue()));
    }
}
