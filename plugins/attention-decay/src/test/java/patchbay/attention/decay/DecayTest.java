package patchbay.attention.decay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

class DecayTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new Decay();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rate", 0.5, "learnt", false), Map.of("rate", 0, "key-heads", 1));
    }

    private static final ModelSettings SETTINGS =
            new ModelSettings(1, 8, 2, 16, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);

    private static float[] output(Attention attention, float[] x, Map<String, Object> options) {
        var graph = new Graph(4);
        var bench = new Bench(new Building(graph, Mode.EVALUATION, SETTINGS), "a", options);
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(1, 12, 8), x)));
        try (var trial = Trial.of(graph).run()) {
            return trial.floats("y");
        }
    }

    @Test
    void withoutARateItIsFullAttention() {
        var x = Trial.random(96, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), output(new Decay(), x, Map.of("rate", 0)));
    }

    /** A steep fall leaves a token itself alone. */
    @Test
    void whatIsFarCountsLittle() {
        var x = Trial.random(96, 1);
        var changed = x.clone();
        changed[8 * 9] += 1; // two before the last
        double gentle = difference(output(new Decay(), x, Map.of("rate", 0.1)), output(new Decay(), changed, Map.of("rate", 0.1)));
        double steep = difference(output(new Decay(), x, Map.of("rate", 5)), output(new Decay(), changed, Map.of("rate", 5)));
        assertTrue(gentle > 1e-3 && steep < gentle / 100, gentle + " and " + steep);
    }

    private static double difference(float[] a, float[] b) {
        double most = 0;
        for (int i = 88; i < 96; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }
}
