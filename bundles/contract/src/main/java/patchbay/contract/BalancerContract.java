package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Mode;
import patchbay.spi.Routing;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Balancer} must do. Its sizes' last rows are padding. */
public abstract class BalancerContract extends PartContract<Balancer> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 1, 1), Size.of(1, 1, 1, 8, 8, 4, 4), Size.of(13, 1, 1, 8, 8, 5, 1),
                Size.of(1, 13, 1, 8, 8, 8, 8), Size.of(9, 23, 1, 8, 8, 7, 3));
    }

    /** Rows of a size that are no padding: all but a quarter. */
    private static int valid(Size size) {
        return size.rows() - size.rows() / 4;
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

    @Override
    boolean isMoved(String input) {
        return input.equals("scores");
    }

    @Override
    float[] numbers(String input, Size size, int length) {
        if (input.equals("valid")) {
            var valid = new float[length];
            Arrays.fill(valid, 0, valid(size), 1);
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
                chosen[n * k + j] = n < valid(size) ? (first + j) % experts : -1;
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
            int experts = size.settings().experts();
            int k = size.settings().k();
            int rows = valid(size);
            var bare = new Size(1, rows, size.settings());
            var engine = new ReferenceEngine();
            try (var padded = trial(engine, graph(Mode.TRAINING, size, options), size, engine.variables());
                    var without = trial(engine, graph(Mode.TRAINING, bare, options), bare, engine.variables())) {
                var scores = numbers("scores", size, size.rows() * experts);
                var ones = new float[rows];
                Arrays.fill(ones, 1);
                without.with("scores", Arrays.copyOf(scores, rows * experts)).with("valid", ones)
                        .with("chosen", Arrays.copyOf(indices("chosen", size), rows * k)).run();
                for (int i = rows * experts; i < scores.length; i++) {
                    scores[i] = 20 - i % 3 * 10;
                }
                padded.with("scores", scores).run();
                without.outputs().forEach((name, values) -> Trial.assertClose(values,
                        name.equals("preferences") ? Arrays.copyOf(padded.floats(name), values.length) : padded.floats(name),
                        1e-5, where + ", " + name));
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
