package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Router} must do. */
public abstract class RouterContract extends PartContract<Router> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 1, 1), Size.of(1, 1, 1, 13, 8, 4, 4), Size.of(13, 1, 1, 12, 8, 5, 1),
                Size.of(1, 13, 1, 8, 8, 8, 8), Size.of(9, 23, 1, 13, 8, 7, 3));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var router = plugin();
        var scope = bench.scope(router);
        int experts = size.settings().experts();
        bench.building().enter(graph.input("ids", TensorType.i32(size.batch(), size.time())));
        var tokens = graph.input("tokens", TensorType.f32(size.rows(), size.settings().dim()));
        var chosen = graph.input("chosen", TensorType.i32(size.rows(), size.settings().k()));
        var preferences = graph.input("preferences", TensorType.f32(size.rows(), experts));
        var scores = router.score(scope, tokens);
        var affinities = router.affinities(scope, scores);
        var weights = router.weigh(scope, scores, affinities, chosen);
        graph.output("scores", scores);
        graph.output("affinities", affinities);
        graph.output("weights", weights);
        graph.output("selected", router.select(scope, preferences.stopGradient()));
        graph.output("routed", router.select(scope, scores.stopGradient()));
        return List.of(scores, affinities, weights);
    }

    @Override
    boolean isMoved(String input) {
        return input.equals("tokens");
    }

    /** For the choices distinct experts for each token; ids and domains of some tokens. */
    @Override
    int[] indices(String input, Size size) {
        if (!input.equals("chosen")) {
            return new SplittableRandom(5).ints(size.rows(), 0, 40).toArray();
        }
        int experts = size.settings().experts();
        int k = size.settings().k();
        var random = new SplittableRandom(11);
        var chosen = new int[size.rows() * k];
        for (int n = 0; n < size.rows(); n++) {
            var order = random.doubles(experts).toArray();
            var sorted = IntStream.range(0, experts).boxed().sorted((a, b) -> Double.compare(order[a], order[b])).toList();
            for (int j = 0; j < k; j++) {
                chosen[n * k + j] = sorted.get(j);
            }
        }
        return chosen;
    }

    private Trial evaluation(Size size, Map<String, Object> options) {
        var engine = new ReferenceEngine();
        return trial(engine, graph(Mode.EVALUATION, size, options), size, engine.variables());
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            int experts = size.settings().experts();
            int k = size.settings().k();
            var outputs = graph(Mode.TRAINING, size, options).outputs();
            assertEquals(TensorType.f32(size.rows(), experts), outputs.get("scores").type(), where);
            assertEquals(TensorType.f32(size.rows(), experts), outputs.get("affinities").type(), where);
            assertEquals(TensorType.f32(size.rows(), k), outputs.get("weights").type(), where);
            assertEquals(TensorType.i32(size.rows(), k), outputs.get("selected").type(), where);
        });
    }

    /** −1, for none, may come several times. */
    @Test
    public void aTokenGoesToDistinctExpertsThatExist() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                trial.run();
                checkChoices(trial.ints("selected"), size, where);
                checkChoices(trial.ints("routed"), size, where);
                trial.with("preferences", new float[size.rows() * size.settings().experts()]).run();
                checkChoices(trial.ints("selected"), size, where + ", equal preferences");
            }
        });
    }

    private static void checkChoices(int[] chosen, Size size, String where) {
        int k = size.settings().k();
        for (int n = 0; n < size.rows(); n++) {
            var seen = new HashSet<Integer>();
            for (int expert : Arrays.copyOfRange(chosen, n * k, (n + 1) * k)) {
                assertTrue(expert >= -1 && expert < size.settings().experts(), where + ": token " + n + " goes to expert " + expert);
                assertTrue(expert == -1 || seen.add(expert), where + ": token " + n + " goes to expert " + expert + " twice");
            }
        }
    }

    @Test
    public void affinitiesLieBetweenZeroAndOne() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                for (float affinity : trial.run().floats("affinities")) {
                    assertTrue(affinity >= 0 && affinity <= 1, where + ": " + affinity);
                }
            }
        });
    }

    @Test
    public void weightsAreFiniteAndNotNegativeForAnyTokens() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                for (float length : new float[] {0, 1e-4f, 1, 50}) {
                    var tokens = numbers("tokens", size, size.rows() * size.settings().dim());
                    for (int i = 0; i < tokens.length; i++) {
                        tokens[i] *= length;
                    }
                    for (float weight : trial.with("tokens", tokens).run().floats("weights")) {
                        assertTrue(Float.isFinite(weight) && weight >= 0, where + ", tokens times " + length + ": " + weight);
                    }
                }
            }
        });
    }

    /** So padding, other sequences and later tokens cannot matter. */
    @Test
    public void aRowDependsOnItsTokenAlone() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int dim = size.settings().dim();
                var tokens = numbers("tokens", size, size.rows() * dim);
                var before = trial.run().outputs();
                int kept = size.rows() / 2;
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = i / dim == kept ? tokens[i] : 3 - tokens[i];
                }
                var after = trial.with("tokens", tokens).run().outputs();
                for (var name : List.of("scores", "affinities", "routed", "weights")) {
                    int width = before.get(name).length / size.rows();
                    assertArrayEquals(Arrays.copyOfRange(before.get(name), kept * width, (kept + 1) * width),
                            Arrays.copyOfRange(after.get(name), kept * width, (kept + 1) * width), where + ", " + name);
                }
            }
        });
    }

    /** Balancers work through the preferences, so the selection must look at them and at nothing else. */
    @Test
    public void thePreferredExpertIsChosen() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int experts = size.settings().experts();
                for (int favourite = 0; favourite < experts; favourite++) {
                    var preferences = numbers("preferences", size, size.rows() * experts);
                    for (int n = 0; n < size.rows(); n++) {
                        preferences[n * experts + favourite] += 1000;
                    }
                    int expert = favourite;
                    var selected = trial.with("preferences", preferences).run().ints("selected");
                    assertTrue(Arrays.stream(selected).anyMatch(chosen -> chosen == expert), where + ": nobody goes to " + expert);
                }
            }
        });
    }

    /** A choice that is dropped has expert −1, wherever it stands; what it would weigh must do no harm. */
    @Test
    public void aDroppedChoiceLeavesWeightsFinite() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                var none = new int[size.rows() * size.settings().k()];
                Arrays.fill(none, -1);
                for (float weight : trial.with("chosen", none).run().floats("weights")) {
                    assertTrue(Float.isFinite(weight), where + ": " + weight);
                }
            }
        });
    }
}
