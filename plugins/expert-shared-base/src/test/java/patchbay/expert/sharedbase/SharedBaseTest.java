package patchbay.expert.sharedbase;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.ExpertContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class SharedBaseTest extends ExpertContract {

    private static final int DIM = 3;
    private static final int HIDDEN = 4;
    private static final int RANK = 2;

    @Override
    protected Expert plugin() {
        return new SharedBase();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rank", 1));
    }

    private static Graph graph(String own) {
        var settings = new ModelSettings(1, DIM, 1, 8, HIDDEN, 4, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var building = new Building(graph, Mode.TRAINING, settings);
        var expert = new SharedBase();
        var offsets = graph.constant(Shape.of(5), 0, 2, 3, 3, 6);
        var scope = new Bench(building, "e", Map.of("rank", RANK, "own", own)).scope(expert, offsets, graph.constant(Shape.of(7), 0, 1, 2, 3, 4, 5, 6));
        graph.output("y", expert.forward(scope, graph.constant(Shape.of(7, DIM), Trial.random(7 * DIM, 1))));
        return graph;
    }

    private static float[] at(float[] stacked, int number, int size) {
        return Arrays.copyOfRange(stacked, number * size, (number + 1) * size);
    }

    /** The whole matrix of an expert, out of its parts. */
    private static double[] matrix(Trial trial, String name, int expert, List<Integer> own, int in, int out) {
        var matrix = new double[in * out];
        if (own.contains(expert)) {
            var kept = at(trial.variable("e." + name + "-own"), own.indexOf(expert), in * out);
            Arrays.setAll(matrix, i -> kept[i]);
            return matrix;
        }
        int number = expert - (int) own.stream().filter(other -> other < expert).count();
        var base = trial.variable("e." + name);
        var left = at(trial.variable("e." + name + "-left"), number, in * RANK);
        var right = at(trial.variable("e." + name + "-right"), number, RANK * out);
        for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
                matrix[i * out + o] = base[i * out + o];
                for (int r = 0; r < RANK; r++) {
                    matrix[i * out + o] += left[i * RANK + r] * right[r * out + o];
                }
            }
        }
        return matrix;
    }

    private static double[] times(double[] x, double[] matrix) {
        int out = matrix.length / x.length;
        var y = new double[out];
        for (int i = 0; i < x.length; i++) {
            for (int o = 0; o < out; o++) {
                y[o] += x[i] * matrix[i * out + o];
            }
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "3, 1", "0,1,2,3"})
    void valuesAreThoseOfALoop(String own) {
        var numbers = Arrays.stream(own.split("[, ]+")).filter(word -> !word.isEmpty()).map(Integer::valueOf).sorted().toList();
        try (var trial = Trial.of(graph(own))) {
            int seed = 5;
            for (var name : List.copyOf(trial.variables().names())) {
                trial.set(name, Trial.random(trial.variables().type(name), ++seed)); // differences start at zero
            }
            var y = trial.run().floats("y");
            int[] experts = {0, 0, 1, 3, 3, 3};
            for (int row = 0; row < experts.length; row++) {
                var x = Arrays.copyOfRange(Trial.random(7 * DIM, 1), row * DIM, (row + 1) * DIM);
                var input = new double[DIM];
                for (int i = 0; i < DIM; i++) {
                    input[i] = x[i];
                }
                var gate = times(input, matrix(trial, "gate", experts[row], numbers, DIM, HIDDEN));
                var up = times(input, matrix(trial, "up", experts[row], numbers, DIM, HIDDEN));
                for (int h = 0; h < HIDDEN; h++) {
                    up[h] *= gate[h] / (1 + Math.exp(-gate[h]));
                }
                var expected = times(up, matrix(trial, "down", experts[row], numbers, HIDDEN, DIM));
                for (int i = 0; i < DIM; i++) {
                    assertEquals(expected[i], y[row * DIM + i], 1e-4 * (1 + Math.abs(expected[i])), "row " + row + ", expert " + experts[row]);
                }
            }
        }
    }

    /** Against as many parameters as four experts of their own have. */
    @ParameterizedTest
    @ValueSource(strings = {"", "2", "0,1,2,3"})
    void whatIsSavedIsTold(String own) {
        try (var trial = Trial.of(graph(own)).run()) {
            int kept = trial.variables().names().stream().mapToInt(name -> trial.variables().type(name).size()).sum();
            assertEquals(4 * 3 * DIM * HIDDEN - kept, trial.floats("e.saved")[0]);
        }
    }

    @Test
    void theBaseBeginsAsTheMeanOfWhatExpertsHad() {
        assertArrayEquals(new float[] {2, 3, 4, 5}, plugin().carryOver("gate", Shape.of(2, 2, 2),
                new float[] {1, 2, 3, 4, 3, 4, 5, 6}, Shape.of(2, 2)).orElseThrow());
        assertTrue(plugin().carryOver("gate-left", Shape.of(2, 2, 2), new float[8], Shape.of(2, 2, 1)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "-1", "1,1", "one"})
    void ownNamesExpertsThatAreThere(String own) {
        var error = assertThrows(UserError.class, () -> graph(own));
        assertTrue(error.getMessage().contains("'" + own + "'") && error.getMessage().contains("0 to 3"), error.getMessage());
    }
}
