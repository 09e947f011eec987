package patchbay.attention.windowglobal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

class WindowGlobalTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new WindowGlobal();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("window", 3, "share", 0.5, "span", 4, "gate", 0.5), Map.of("window", 2, "share", 1, "gate", 0.5, "key-heads", 1));
    }

    @Test
    void allTokensGlobalAndTheGateOpenIsFullAttention() {
        var x = Trial.random(96, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()),
                output(new WindowGlobal(), x, Map.of("window", 2, "share", 1, "gate", 40)), 1e-6f);
    }

    /** Sliding-window attention, which is full attention to the last few tokens. */
    @Test
    void withTheGateShutItIsTheWindow() {
        var x = Trial.random(96, 1);
        var shut = output(new WindowGlobal(), x, Map.of("window", 3, "share", 0.5, "span", 4, "gate", -40));
        assertArrayEquals(output(new Window(3), x, Map.of()), shut, 1e-6f);
        assertFalse(Arrays.equals(shut, output(new WindowGlobal(), x, Map.of("window", 3, "share", 0.5, "span", 4, "gate", 0))));
    }

    /** {@link PlainParts.PlainAttention} with a window. */
    @Plugin("window")
    private record Window(int window) implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            var heads = Heads.project(scope, x, 0, false);
            return Heads.joined(scope, heads.attend(scope, window, 0, Optional.empty()).output());
        }
    }

    /** Half of each four tokens: token 11, with all the weight on the global part, sees two of 0 … 3, of 4 … 7 and of 8 … 11. */
    @Test
    void ofEachSpanTheBestAreSeenFromItsEndOn() {
        var options = Map.<String, Object>of("window", 1, "share", 0.5, "span", 4, "gate", 40);
        assertEquals(List.of(2L, 2L, 2L), seenBy(11, options));
        assertEquals(List.of(2L, 2L, 0L), seenBy(10, options)); // 10 itself in neither: its span has not ended
    }

    /** How many tokens of each span of four change what {@code token} gets, by a change that is too small to change what is chosen. */
    private static List<Long> seenBy(int token, Map<String, Object> options) {
        var x = Trial.random(96, 3);
        var before = row(output(new WindowGlobal(), x, options), token);
        return IntStream.range(0, 3).mapToObj(span -> IntStream.range(4 * span, 4 * span + 4).filter(other -> other != token).filter(other -> {
            var changed = x.clone();
            changed[8 * other] += 1e-2f;
            var after = row(output(new WindowGlobal(), changed, options), token);
            return IntStream.range(0, 8).anyMatch(i -> Math.abs(after[i] - before[i]) > 1e-7);
        }).count()).toList();
    }

    private static float[] row(float[] all, int token) {
        return Arrays.copyOfRange(all, 8 * token, 8 * token + 8);
    }

    /** What is chosen has no gradient, but what it counts for has. */
    @Test
    void theScoreLearns() {
        var graph = new Graph(4);
        var attention = new WindowGlobal();
        var settings = new ModelSettings(1, 8, 2, 12, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "a", Map.of("share", 0.5, "span", 4)).scope(attention, new PlainParts.PlainPosition());
        var y = attention.forward(scope, graph.constant(Shape.of(1, 12, 8), Trial.random(96, 1)));
        graph.output("dscore", Gradients.of(y.square().mean(), List.of(graph.parameters().get("a.score"))).getFirst());
        try (var trial = Trial.of(graph).run()) {
            for (float gradient : trial.floats("dscore")) {
                assertTrue(gradient != 0);
            }
        }
    }

    @Test
    void aShareOfNothingIsTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("share", 0), Map.of("share", 1.5), Map.of("window", 0), Map.of("span", 0))) {
            var error = assertThrows(UserError.class, () -> output(new WindowGlobal(), Trial.random(96, 1), options));
            assertTrue(error.getMessage().contains("share more than 0 and at most 1"), error.getMessage());
        }
    }
}
