package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Mode;
import patchbay.spi.Routing;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Balancer} must do. In its sizes the end of every sequence is padding, and the last sequences are nothing else. */
public abstract class BalancerContract extends DecoderPartContract<Balancer> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 1, 1), Size.of(1, 1, 1, 8, 8, 4, 4), Size.of(13, 1, 1, 8, 8, 5, 1),
                Size.of(1, 13, 1, 8, 8, 8, 8), Size.of(9, 23, 1, 8, 8, 7, 3));
    }

    /** The same without its padding: all but a quarter of the sequences, and of each. */
    private static Size bare(Size size) {
        return new Size(size.batch() - size.batch() / 4, size.time() - size.time() / 4, size.settings());
    }

    private static boolean isValid(Size size, int row) {
        return row / size.time() < bare(size).batch() && row % size.time() < bare(size).time();
    }

    /** Of values [rows, width] those of rows that are no padding. */
    private static float[] valid(Size size, float[] values) {
        int width = values.length / size.rows();
        var kept = new float[bare(size).rows() * width];
        int next = 0;
        for (int row = 0; row < size.rows(); row++) {
            if (isValid(size, row)) {
                System.arraycopy(values, row * width, kept, next++ * width, width);
            }
        }
        return kept;
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var balancer = plugin();
        var scope = bench.scope(balancer);
        int experts = size.settings().experts();
        bench.building().enter(graph.input("ids", TensorType.i32(size.batch(), size.time())));
        var scores = graph.input("scores", TensorType.f32(size.rows(), experts));
        var chosen = graph.input("chosen", TensorType.i32(size.rows(), size.settings().k()));
        var valid = graph.input("valid", TensorType.f32(size.rows()));
        var affinities = scores.softmax();
        var taken = chosen.oneHot(experts).sum(1); // [N, E]
        var counts = chosen.groupBy(experts).counts();
        graph.output("preferences", balancer.prefer(scope, scores, scores, affinities));
        var loss = balancer.loss(scope, new Routing(scores, affinities,
                new Assignment.Choices(chosen, affinities.gatherLast(chosen)), taken, counts, valid));
        loss.ifPresent(term -> graph.output("loss", term));
        balancer.update(scope, counts);
        return loss.stream().toList();
    }

    /**
     * The plugin's loss for tokens with these scores, run once: output {@code loss}, metrics under {@code b.}; weights are the chosen
     * affinities.
     *
     * @param batch sequences that the tokens are
     * @param scores [N, experts]
     * @param chosen [N, k]; −1 throughout for padding
     */
    protected final Trial routed(Map<String, Object> options, int batch, int experts, int k, float[] scores, int... chosen) {
        int n = chosen.length / k;
        var graph = new Graph(3);
        var building = new Building(graph, Mode.TRAINING, Size.of(batch, n / batch, 1, 8, 8, experts, k).settings());
        var ids = graph.constant(Shape.of(n, k), chosen);
        building.enter(ids.slice(1, 0, 1).reshape(batch, n / batch));
        var logits = graph.constant(Shape.of(n, experts), scores);
        var affinities = logits.softmax();
        var balancer = plugin();
        balancer.loss(new Bench(building, "b", options).scope(balancer), new Routing(logits, affinities,
                new Assignment.Choices(ids, affinities.gatherLast(ids)), ids.oneHot(experts).sum(1), ids.groupBy(experts).counts(),
                ids.slice(1, 0, 1).flatten().greaterOrEqual(0))).ifPresent(loss -> graph.output("loss", loss));
        return Trial.of(graph).run();
    }

    @Override
    boolean isMoved(String input) {
        return input.equals("scores");
    }

    @Override
    float[] numbers(String input, Size size, int length) {
        if (input.equals("valid")) {
            var valid = new float[length];
            for (int row = 0; row < length; row++) {
                valid[row] = isValid(size, row) ? 1 : 0;
            }
            return valid;
        }
        return super.numbers(input, size, length);
    }

    /** Distinct experts for each token, the first ones more often; −1 for padding. */
    @Override
    int[] indices(String input, Size size) {
        if (!input.equals("chosen")) {
            return new int[size.rows()];
        }
        int experts = size.settings().experts();
        int k = size.settings().k();
        var random = new SplittableRandom(11);
        var chosen = new int[size.rows() * k];
        for (int n = 0; n < size.rows(); n++) {
            int first = Math.min(random.nextInt(experts), random.nextInt(experts));
            for (int j = 0; j < k; j++) {
                chosen[n * k + j] = isValid(size, n) ? (first + j) % experts : -1;
            }
        }
        return chosen;
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            var outputs = graph(Mode.TRAINING, size, options).outputs();
            assertEquals(TensorType.f32(size.rows(), size.settings().experts()), outputs.get("preferences").type(), where);
            if (outputs.containsKey("loss")) {
                assertEquals(1, outputs.get("loss").size(), where + ": the loss is one number");
            }
        });
    }

    /** Whatever stands in rows of padding, and however many there are. */
    @Test
    public void paddingChangesNothing() {
        everywhere((size, options, where) -> {
            var bare = bare(size);
            var engine = new ReferenceEngine();
            try (var padded = trial(engine, graph(Mode.TRAINING, size, options), size, engine.variables());
                    var without = trial(engine, graph(Mode.TRAINING, bare, options), bare, engine.variables())) {
                var scores = numbers("scores", size, size.rows() * size.settings().experts());
                var ones = new float[bare.rows()];
                Arrays.fill(ones, 1);
                without.with("scores", valid(size, scores)).with("valid", ones)
                        .with("chosen", Arrays.stream(indices("chosen", size)).filter(expert -> expert >= 0).toArray()).run();
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = isValid(size, i / size.settings().experts()) ? scores[i] : 20 - i % 3 * 10;
                }
                padded.with("scores", scores).run();
                without.outputs().forEach((name, values) -> Trial.assertClose(values,
                        name.equals("preferences") ? valid(size, padded.floats(name)) : padded.floats(name), 1e-5, where + ", " + name));
                Trial.values(without.variables()).forEach((name, values) ->
                        Trial.assertClose(values, padded.variable(name), 1e-5, where + ", " + name));
            }
        });
    }

    @Test
    public void aBatchOfPaddingAloneIsFinite() {
        everywhere((size, options, where) -> {
            var engine = new ReferenceEngine();
            try (var trial = trial(engine, graph(Mode.TRAINING, size, options), size, engine.variables())) {
                var none = new int[size.rows() * size.settings().k()];
                Arrays.fill(none, -1);
                trial.with("valid", new float[size.rows()]).with("chosen", none).run().run();
                trial.outputs().forEach((name, values) -> checkFinite(values, where + ", " + name));
                Trial.values(trial.variables()).forEach((name, values) -> checkFinite(values, where + ", " + name));
            }
        });
    }

    private static void checkFinite(float[] values, String where) {
        for (float value : values) {
            assertTrue(Float.isFinite(value), where + ": " + value);
        }
    }

    /** In a step of several micro-batches the update meets counts that the loss never saw: it stands in a graph of its own. */
    @Test
    public void theUpdateNeedsNothingButTheCounts() {
        everywhere((size, options, where) -> {
            var whole = graph(Mode.TRAINING, size, options);
            var alone = new Graph(3);
            var bench = bench(alone, Mode.TRAINING, size, options);
            var experts = size.settings().experts();
            plugin().update(bench.scope(plugin()), alone.input("counts", TensorType.f32(Shape.of(experts))));
            var engine = new ReferenceEngine();
            try (var expected = trial(engine, whole, size, engine.variables());
                    var trial = Trial.of(engine, alone, engine.variables())) {
                var counts = new float[experts];
                for (int expert : indices("chosen", size)) {
                    if (expert >= 0) {
                        counts[expert]++;
                    }
                }
                expected.run();
                trial.with("counts", counts).run();
                Map<String, float[]> states = Trial.values(trial.variables());
                states.forEach((name, values) -> Trial.assertClose(expected.variable(name), values, 0, where + ", " + name));
            }
        });
    }
}
