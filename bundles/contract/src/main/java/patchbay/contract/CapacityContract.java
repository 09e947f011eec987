package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Assignment;
import patchbay.spi.Capacity;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Capacity} must do. Its sizes' last rows are padding, which asks for nothing. */
public abstract class CapacityContract extends DecoderPartContract<Capacity> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 2, 1), Size.of(1, 1, 1, 8, 8, 5, 4), Size.of(13, 1, 1, 8, 8, 5, 1),
                Size.of(1, 13, 1, 8, 8, 9, 8), Size.of(9, 23, 1, 8, 8, 7, 3));
    }

    /** Rows of a size that are no padding: all but a quarter. */
    private static int valid(Size size) {
        return size.rows() - size.rows() / 4;
    }

    private int seen(Bench bench, Size size) {
        return size.settings().experts() - plugin().spare(bench.scope(plugin()));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var capacity = plugin();
        var choices = TensorType.i32(size.rows(), size.settings().k());
        var asked = new Assignment.Choices(graph.input("chosen", choices), graph.input("weights", TensorType.f32(choices.shape())));
        var affinities = graph.input("affinities", TensorType.f32(size.rows(), seen(bench, size)));
        var admitted = capacity.admit(bench.scope(capacity), asked, affinities);
        graph.output("experts", admitted.experts());
        graph.output("admitted weights", admitted.weights());
        return List.of(admitted.weights());
    }

    @Override
    boolean isMoved(String input) {
        return input.equals("weights");
    }

    /** Above 0, as weights and affinities are. */
    @Override
    float[] numbers(String input, Size size, int length) {
        var numbers = super.numbers(input, size, length);
        for (int i = 0; i < length; i++) {
            numbers[i] = (float) (1 / (1 + Math.exp(-numbers[i])));
        }
        return numbers;
    }

    /** Distinct experts for each token, the first ones more often; −1 for padding. */
    @Override
    int[] indices(String input, Size size) {
        int experts = seen(bench(new Graph(), Mode.TRAINING, size, Map.of()), size);
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

    private void eachTrial(Mode mode, Judge judge) {
        everywhere((size, options, where) -> {
            var engine = new ReferenceEngine();
            try (var trial = trial(engine, graph(mode, size, options), size, engine.variables())) {
                judge.of(trial.run(), size, where + ", " + mode);
            }
        });
    }

    private interface Judge {
        void of(Trial trial, Size size, String where);
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            var outputs = graph(Mode.TRAINING, size, options).outputs();
            assertEquals(TensorType.i32(size.rows(), size.settings().k()), outputs.get("experts").type(), where);
            assertEquals(TensorType.f32(size.rows(), size.settings().k()), outputs.get("admitted weights").type(), where);
        });
    }

    @Test
    public void aTokenGoesToDistinctExpertsThatExist() {
        eachTrial(Mode.TRAINING, (trial, size, where) -> {
            int k = size.settings().k();
            for (int n = 0; n < size.rows(); n++) {
                var seen = new HashSet<Integer>();
                for (int expert : Arrays.copyOfRange(trial.ints("experts"), n * k, (n + 1) * k)) {
                    assertTrue(expert >= -1 && expert < size.settings().experts(), where + ": token " + n + " goes to expert " + expert);
                    assertTrue(expert == -1 || seen.add(expert), where + ": token " + n + " goes to expert " + expert + " twice");
                }
            }
        });
    }

    @Test
    public void whoAskedForNothingGetsNothing() {
        for (var mode : List.of(Mode.TRAINING, Mode.EVALUATION)) {
            eachTrial(mode, (trial, size, where) -> {
                var asked = indices("chosen", size);
                var admitted = trial.ints("experts");
                for (int i = 0; i < asked.length; i++) {
                    assertTrue(asked[i] >= 0 || admitted[i] == -1, where + ": choice " + i + " goes to expert " + admitted[i]);
                }
            });
        }
    }

    /** The output must be continuous in the weights: what is not moved or dropped weighs what it did. */
    @Test
    public void whoGoesWhereItAskedKeepsItsWeight() {
        eachTrial(Mode.TRAINING, (trial, size, where) -> {
            var asked = indices("chosen", size);
            var weights = numbers("weights", size, asked.length);
            var admitted = trial.ints("experts");
            var kept = trial.floats("admitted weights");
            for (int i = 0; i < asked.length; i++) {
                assertTrue(Float.isFinite(kept[i]) && kept[i] >= 0, where + ": choice " + i + " weighs " + kept[i]);
                if (asked[i] >= 0 && admitted[i] == asked[i]) {
                    assertEquals(weights[i], kept[i], where + ": choice " + i);
                }
            }
        });
    }

    /** A text must not read otherwise because of those that are evaluated beside it. */
    @Test
    public void outsideOfTrainingEverythingIsAdmitted() {
        eachTrial(Mode.EVALUATION, (trial, size, where) ->
                assertArrayEquals(indices("chosen", size), trial.ints("experts"), where));
    }

    /** The options with which 5 tokens that go to all of 3 experts find room: else a small step changes who does. */
    protected List<Map<String, Object>> roomyOptionSets() {
        return optionSets();
    }

    @Override
    @Test
    public void aWholeModelWithItHasTheGradientsOfFiniteDifferences() {
        for (var options : roomyOptionSets()) {
            int spare = plugin().spare(bench(new Graph(), Mode.TRAINING, sizes().getFirst(), options).scope(plugin()));
            WholeModel.checkGradients(plugin(), options, 3 + spare);
        }
    }
}
