package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.model.ModelSettings.Norm;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Sampling;
import patchbay.spi.Assignment;
import patchbay.spi.Attention;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.tensor.Graph;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** The decoder's own arithmetic, with plain plugins in its sockets. */
class DecoderTest {

    private static final int VOCABULARY = 11;
    private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

    private static ModelSettings settings(int experts, int k, int shared, List<String> dense, boolean tied, Norm norm) {
        return new ModelSettings(2, 12, 2, 13, 10, experts, k, shared, dense, tied, 0, norm);
    }

    private static Trial trial(Decoder decoder, Mode mode, Variables variables, int... tokens) {
        var graph = new Graph(3);
        var forward = decoder.build(new Building(graph, mode, decoder.rack().settings()), graph.input("tokens", TensorType.i32(1, tokens.length)));
        graph.output("logits", forward.logits());
        forward.routings().forEach((path, routing) -> {
            graph.output(path + ".chosen", ((Assignment.Choices) routing.assignment()).experts());
            graph.output(path + ".taken", routing.taken());
            graph.output(path + ".counts", routing.counts());
        });
        return Trial.of(new ReferenceEngine(), graph, variables).with("tokens", tokens);
    }

    private static Trial trial(ModelSettings settings) {
        return trial(PlainParts.decoder(settings, VOCABULARY), Mode.EVALUATION, new ReferenceEngine().variables(), TOKENS);
    }

    @ParameterizedTest
    @CsvSource({"true, rms, 0, ''", "false, layer, 0, ''", "false, rms, 2, 1", "true, layer, 1, all"})
    void everyFormIsCausalDecodesAndIgnoresPadding(boolean tied, Norm norm, int shared, String dense) {
        var settings = settings(4, 2, shared, dense.isEmpty() ? List.of() : List.of(dense), tied, norm);
        var model = new WholeModel(PlainParts.decoder(settings, VOCABULARY));
        model.checkCausality();
        model.checkDecoding();
        model.checkPadding();
    }

    @Test
    void tiedIsUntiedWithTheEmbeddingAsItsHead() {
        try (var tied = trial(settings(4, 2, 0, List.of(), true, Norm.rms)); var untied = trial(settings(4, 2, 0, List.of(), false, Norm.rms))) {
            assertFalse(tied.variables().contains("head"));
            var embedding = tied.variable("embedding.tokens");
            var head = new float[embedding.length];
            for (int i = 0; i < head.length; i++) {
                head[i % 12 * VOCABULARY + i / 12] = embedding[i];
            }
            untied.set("head", head);
            Trial.assertClose(tied.run().floats("logits"), untied.run().floats("logits"), 1e-6, "logits");
        }
    }

    /** With sub-layers that add nothing, the logits are the normalised embedding times the embeddings. */
    @ParameterizedTest
    @EnumSource
    void theStreamIsTheEmbeddingWhereSubLayersAreSilent(Norm norm) {
        try (var trial = trial(settings(4, 2, 1, List.of("0"), true, norm))) {
            for (var name : List.copyOf(trial.variables().names())) {
                if (name.matches(".*\\.(output|out|out-bias)")) {
                    trial.set(name, new float[trial.variables().type(name).size()]);
                }
            }
            var table = trial.variable("embedding.tokens");
            var expected = new float[TOKENS.length * VOCABULARY];
            for (int t = 0; t < TOKENS.length; t++) {
                var x = Arrays.copyOfRange(table, TOKENS[t] * 12, TOKENS[t] * 12 + 12);
                double mean = 0, square = 0;
                for (float value : x) {
                    mean += norm == Norm.layer ? value / 12 : 0;
                }
                for (float value : x) {
                    square += (value - mean) * (value - mean) / 12;
                }
                for (int v = 0; v < VOCABULARY; v++) {
                    for (int d = 0; d < 12; d++) {
                        expected[t * VOCABULARY + v] += (float) ((x[d] - mean) / Math.sqrt(square + 1e-5) * table[v * 12 + d]);
                    }
                }
            }
            Trial.assertClose(expected, trial.run().floats("logits"), 1e-5, norm.name());
            assertEquals(norm == Norm.layer, trial.variables().contains("norm.bias"));
        }
    }

    /** A mixture of one expert has the dense model's logits if it has its values. */
    @Test
    void aModelOfSingleExpertsIsTheDenseModel() {
        try (var mixture = trial(settings(1, 1, 0, List.of(), true, Norm.rms)); var dense = trial(settings(1, 1, 0, List.of("all"), true, Norm.rms))) {
            for (var name : List.copyOf(dense.variables().names())) {
                dense.set(name, mixture.variable(name.replace(".feed-forward.", ".moe.experts.")));
            }
            Trial.assertClose(dense.run().floats("logits"), mixture.run().floats("logits"), 1e-5, "logits");
            assertArrayEquals(new float[] {TOKENS.length}, mixture.floats("layers.1.moe.counts"));
        }
    }

    /** Where the routed experts are silent, a model with shared ones is a dense model as wide as these. */
    @Test
    void sharedExpertsAreADenseLayerBesideTheRouted() {
        var wide = new ModelSettings(2, 12, 2, 13, 20, 1, 1, 0, List.of("all"), true, 0, Norm.rms);
        try (var shared = trial(settings(4, 2, 2, List.of(), true, Norm.rms)); var dense = trial(wide)) {
            for (var name : List.copyOf(shared.variables().names())) {
                if (name.matches(".*\\.experts\\.out.*")) {
                    shared.set(name, new float[shared.variables().type(name).size()]);
                }
            }
            for (var name : List.copyOf(dense.variables().names())) {
                dense.set(name, shared.variable(name.replace(".feed-forward.", ".moe.shared.")));
            }
            Trial.assertClose(dense.run().floats("logits"), shared.run().floats("logits"), 1e-6, "logits");
        }
    }

    @Test
    void layersAreDenseByOption() {
        var rack = PlainParts.decoder(settings(4, 2, 1, List.of("1"), true, Norm.rms), VOCABULARY).rack();
        assertEquals(List.of("position", "layers.0.attention", "layers.0.moe.router", "layers.0.moe.balancer",
                "layers.0.moe.capacity", "layers.0.moe.experts",
                "layers.0.moe.shared", "layers.1.attention", "layers.1.feed-forward"), List.copyOf(rack.fittings().keySet()));
        assertEquals(List.of("layers.0.moe"), new Decoder(rack, VOCABULARY).mixtures());
        assertThrows(UserError.class, () -> settings(4, 2, 1, List.of("2"), true, Norm.rms));
        assertThrows(UserError.class, () -> settings(4, 2, 1, List.of("01"), true, Norm.rms), "which would name no layer");
        assertThrows(UserError.class, () -> settings(0, 0, 0, List.of("1"), true, Norm.rms));
        settings(0, 0, 0, List.of("0", "1"), true, Norm.rms);
    }

    @Test
    void paddingGoesToNoExpert() {
        var decoder = PlainParts.decoder(settings(4, 2, 0, List.of(), true, Norm.rms), VOCABULARY);
        try (var trial = trial(decoder, Mode.EVALUATION, new ReferenceEngine().variables(), 3, 1, 4, -1, -1).run()) {
            var chosen = trial.ints("layers.0.moe.chosen");
            assertTrue(Arrays.stream(Arrays.copyOf(chosen, 6)).allMatch(expert -> expert >= 0), Arrays.toString(chosen));
            assertArrayEquals(new int[] {-1, -1, -1, -1}, Arrays.copyOfRange(chosen, 6, 10));
            var taken = trial.floats("layers.0.moe.taken"); // [5, 4]
            for (int n = 0; n < 5; n++) {
                for (int expert = 0; expert < 4; expert++) {
                    boolean asked = chosen[2 * n] == expert || chosen[2 * n + 1] == expert;
                    assertEquals(asked ? 1 : 0, taken[4 * n + expert], "token " + n + ", expert " + expert);
                }
            }
            var counts = trial.floats("layers.0.moe.counts");
            assertEquals(6, counts[0] + counts[1] + counts[2] + counts[3]);
        }
        try (var nothing = trial(decoder, Mode.EVALUATION, new ReferenceEngine().variables(), -1, -1).run()) {
            for (float logit : nothing.floats("logits")) {
                assertTrue(Float.isFinite(logit));
            }
        }
    }

    @Test
    void moreTokensThanTheContextAreAnError() {
        var decoder = PlainParts.decoder(settings(4, 2, 0, List.of(), true, Norm.rms), VOCABULARY);
        var error = assertThrows(UserError.class, () -> trial(decoder, Mode.EVALUATION, new ReferenceEngine().variables(), new int[14]));
        assertTrue(error.getMessage().contains("14") && error.getMessage().contains("13"), error.getMessage());
    }

    /** Generated with a cache, token by token, is what the whole sequences' logits say; past the context from its last half. */
    @Test
    void greedyGenerationFollowsTheWholeSequencesLogits() {
        var decoder = PlainParts.decoder(settings(4, 2, 1, List.of("1"), false, Norm.rms), VOCABULARY);
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        trial(decoder, Mode.EVALUATION, variables, 0).close();
        for (var name : List.of("embedding.tokens", "head")) {
            variables.put(name, variables.type(name), Trial.random(variables.type(name), 1)); // logits far apart
        }
        var text = new int[4 + 20];
        System.arraycopy(TOKENS, 0, text, 0, 4);
        int from = 0;
        for (int length = 4; length < text.length; length++) {
            if (length - from > 13) {
                from = length - 6;
            }
            try (var whole = trial(decoder, Mode.EVALUATION, variables, Arrays.copyOfRange(text, from, length)).run()) {
                var logits = whole.floats("logits");
                text[length] = likeliest(Arrays.copyOfRange(logits, logits.length - VOCABULARY, logits.length));
            }
        }
        var generated = new ArrayList<Integer>();
        try (var generator = new Generator(engine, decoder, variables)) {
            generator.generate(Arrays.copyOf(text, 4), 20, new Sampling(0, 0, 1), 1, generated::add);
        }
        assertEquals(Arrays.stream(text).skip(4).boxed().toList(), generated);
        assertTrue(variables.names().stream().noneMatch(name -> name.startsWith(Building.CACHE)), "the model's variables have no caches");
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int v = 1; v < logits.length; v++) {
            best = logits[v] > logits[best] ? v : best;
        }
        return best;
    }

    /** Returns one column too many. */
    @Plugin("misshapen")
    static final class Misshapen implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            return scope.linear("weight", rows, scope.dim() + 1);
        }
    }

    /** Looks at the future. */
    @Plugin("acausal")
    static final class Acausal implements Attention {

        @Override
        public boolean canBeCausal() {
            return false;
        }

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            return x;
        }
    }

    /** Writes keys and values into one cache. */
    @Plugin("forgetful")
    static final class Forgetful implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            return scope.cached("both", x).add(scope.cached("both", x.negate())).slice(1, 0, x.dim(1));
        }
    }

    @Test
    void whatAPluginDoesWrongIsToldWithItsPlace() {
        var settings = settings(4, 2, 0, List.of(), true, Norm.rms);
        var shape = assertThrows(ShapeError.class, () -> build(settings, "layers.1.moe.experts", new Misshapen(), Mode.TRAINING));
        assertTrue(shape.getMessage().contains("expert misshapen at layers.1.moe.experts") && shape.getMessage().contains("13"), shape.getMessage());
        var causal = assertThrows(UserError.class, () -> build(settings, "layers.0.attention", new Acausal(), Mode.TRAINING));
        assertTrue(causal.getMessage().contains("attention acausal at layers.0.attention")
                && causal.getMessage().contains("model.leaks: [acausal]"), causal.getMessage());
        var cache = assertThrows(IllegalArgumentException.class, () -> build(settings, "layers.0.attention", new Forgetful(), Mode.DECODING));
        assertTrue(cache.getMessage().contains("both") && cache.getMessage().contains("layers.0.attention"), cache.getMessage());
    }

    private static void build(ModelSettings settings, String socket, Part part, Mode mode) {
        var plug = Plug.of(part.getClass().getAnnotation(Plugin.class).value());
        var rack = Rack.fit(settings, PlainParts.wiring(settings, Map.of(socket, plug)), PlainParts.shelf(part));
        trial(new Decoder(rack, VOCABULARY), mode, new ReferenceEngine().variables(), 1, 2);
    }
}
