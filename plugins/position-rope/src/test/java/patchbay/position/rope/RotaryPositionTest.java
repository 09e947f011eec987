package patchbay.position.rope;

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
import patchbay.contract.PlainParts;
import patchbay.contract.PositionContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class RotaryPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new RotaryPosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("base", 100), Map.of("scaling", "linear", "factor", 4), Map.of("scaling", "ntk", "factor", 4),
                Map.of("scaling", "yarn", "factor", 4));
    }

    private static final ModelSettings SETTINGS =
            new ModelSettings(1, 8, 1, 64, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);

    /** A query and a key, two positions apart, wherever they stand. */
    @Test
    void productsDependOnTheDistanceAlone() {
        var graph = new Graph();
        var position = new RotaryPosition();
        var scope = new Bench(new Building(graph, Mode.DECODING, SETTINGS), "p", Map.of()).scope(position);
        graph.output("rotated", position.rotate(scope, graph.constant(Shape.of(1, 3, 1, 8), Trial.random(24, 1))));
        try (var trial = Trial.of(graph)) {
            double near = product(trial.with("start", 0).run().floats("rotated"));
            double far = product(trial.with("start", 50).run().floats("rotated"));
            assertEquals(near, far, 1e-5);
            var whole = Trial.random(24, 1);
            assertTrue(Math.abs(near - product(whole)) > 1e-2, "the distance counts");
        }
    }

    private static double product(float[] rows) {
        double sum = 0;
        for (int d = 0; d < 8; d++) {
            sum += rows[d] * rows[16 + d];
        }
        return sum;
    }

    /** With heads of two dimensions the one angle is the position itself. */
    @Test
    void anglesByHand() {
        var settings = new ModelSettings(1, 2, 1, 64, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var position = new RotaryPosition();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, settings), "p", Map.of("base", 77)).scope(position);
        graph.output("rotated", position.rotate(scope, graph.constant(Shape.of(1, 3, 1, 2), 1f, 0, 1, 0, 1, 0)));
        var rotated = Trial.of(graph).run().floats("rotated");
        for (int t = 0; t < 3; t++) {
            assertEquals(Math.cos(t), rotated[2 * t], 1e-6);
            assertEquals(Math.sin(t), rotated[2 * t + 1], 1e-6);
        }
    }

    private static float[] rotated(Map<String, Object> options) {
        var graph = new Graph();
        var position = new RotaryPosition();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, SETTINGS), "p", options).scope(position);
        graph.output("rotated", position.rotate(scope, graph.constant(Shape.of(1, 9, 1, 8), Trial.random(72, 1))));
        try (var trial = Trial.of(graph)) {
            return trial.run().floats("rotated");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "ntk", "yarn"})
    void withTheFactorOneNothingIsScaled(String scaling) {
        assertArrayEquals(rotated(Map.of()), rotated(Map.of("scaling", scaling)), 1e-6f);
    }

    /** Four positions of the longer context turn by as much as one did. */
    @Test
    void linearIsInterpolation() {
        var graph = new Graph();
        var position = new RotaryPosition();
        var one = Trial.random(8, 1);
        for (var name : List.of("plain", "scaled")) {
            var options = name.equals("plain") ? Map.<String, Object>of() : Map.<String, Object>of("scaling", "linear", "factor", 4);
            var scope = new Bench(new Building(graph, Mode.EVALUATION, SETTINGS), "p", options).scope(position);
            graph.output(name, position.rotate(scope, graph.constant(Shape.of(1, 1, 1, 8), one).broadcastTo(Shape.of(1, 9, 1, 8))));
        }
        try (var trial = Trial.of(graph).run()) {
            assertArrayEquals(Arrays.copyOfRange(trial.floats("plain"), 16, 24), Arrays.copyOfRange(trial.floats("scaled"), 64, 72), 1e-6f);
        }
    }

    /** The slowest pair is slowed down by the factor, the fastest is not, and both are longer by 0.1 ln(factor) + 1. */
    @Test
    void yarnByHand() {
        var rotated = rotated(Map.of("scaling", "yarn", "factor", 4, "original-context", 512));
        var x = Trial.random(72, 1);
        double longer = 0.1 * Math.log(4) + 1;
        for (int pair : new int[] {0, 3}) { // of 4: 81 turns in 512 tokens, and a tenth of one
            double angle = 8 * Math.pow(10_000, -pair / 4.0) / (pair == 0 ? 1 : 4);
            double lower = x[64 + pair], upper = x[64 + 4 + pair];
            assertEquals(longer * (lower * Math.cos(angle) - upper * Math.sin(angle)), rotated[64 + pair], 1e-5, "pair " + pair);
            assertEquals(longer * (upper * Math.cos(angle) + lower * Math.sin(angle)), rotated[64 + 4 + pair], 1e-5, "pair " + pair);
        }
    }

    @Test
    void aFactorBelowOneIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> rotated(Map.of("scaling", "ntk", "factor", 0.5)));
        assertTrue(error.getMessage().contains("factor is 0.5"), error.getMessage());
    }

    @Test
    void headsOfAnOddWidthAreTheUsersMistake() {
        var settings = new ModelSettings(1, 9, 3, 8, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var decoder = PlainParts.decoder(settings, 5, new RotaryPosition(), Map.of());
        var error = assertThrows(UserError.class, () ->
                decoder.build(new Building(graph, Mode.TRAINING, settings), graph.input("tokens", TensorType.i32(1, 4))));
        assertTrue(error.getMessage().contains("3 dimensions") && error.getMessage().contains("position rope at position"), error.getMessage());
    }
}
