package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.spi.Assignment;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Router} must do. */
public abstract class RouterContract extends DecoderPartContract<Router> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 1, 1), Size.of(1, 1, 1, 13, 8, 4, 4), Size.of(13, 1, 1, 12, 8, 5, 1),
                Size.of(1, 13, 1, 8, 8, 8, 8), Size.of(9, 23, 1, 13, 8, 7, 3));
    }

    /** What a token's route may depend on beside the token, its position and its domain. */
    protected enum Reach {
        /** Nothing. */
        TOKEN,
        /** The tokens before it in its sequence. */
        PAST,
        /** All tokens of its sequence. */
        SEQUENCE,
        /** All tokens of all sequences. */
        BATCH
    }

    /** How far the plugin looks with these options. */
    protected Reach reach(Map<String, Object> options) {
        return Reach.TOKEN;
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var mode = bench.building().mode();
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
        graph.output("weights of chosen", weights);
        var passed = new ArrayList<>(List.of(scores, affinities, weights));
        passed.addAll(publish(graph, GIVEN, router.assign(scope, tokens, scores, affinities, preferences), size));
        if (mode != Mode.DECODING) { // which has a cache that is written once
            publish(graph, OWN, router.assign(scope, tokens, scores, affinities, scores), size);
        }
        if (mode == Mode.TRAINING) {
            router.update(scope, graph.input("counts", TensorType.f32(experts)));
        }
        return passed;
    }

    /** What is assigned by preferences that the test gives. */
    private static final String GIVEN = "given ";
    /** What is assigned by the router's own scores. */
    private static final String OWN = "own ";

    /** @return the weights, laid out so that the order of choices does not matter */
    private static List<Tensor> publish(Graph graph, String prefix, Assignment assignment, Size size) {
        return switch (assignment) {
            case Assignment.Choices(var experts, var weights) -> {
                graph.output(prefix + "experts", experts);
                graph.output(prefix + "weights", weights);
                yield List.of(weights.scatterLast(experts, size.settings().experts())); // [N, E]
            }
            case Assignment.Takes(var tokens, var weights) -> {
                graph.output(prefix + "tokens", tokens);
                graph.output(prefix + "weights", weights);
                var each = tokens.oneHot(size.rows()).multiply(weights.unsqueeze(2)).sum(1).permute(1, 0); // [N, E]
                graph.output(prefix + "weights by token", each);
                yield List.of(each);
            }
            case Assignment.Slots(var dispatch, var combine) -> {
                graph.output(prefix + "dispatch", dispatch.transpose(1, 2)); // [B, T, E·S], as combine
                graph.output(prefix + "combine", combine);
                yield List.of(dispatch, combine);
            }
        };
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

    /**
     * What another run selected is assigned in place of what the router would, with weights of its own; what it would have selected itself,
     * imposed, changes nothing. A router that mixes everything selects nothing.
     */
    @Test
    public void whatIsImposedIsAssigned() {
        everywhere((given, options, where) -> {
            var size = new Size(given.batch(), given.time(), given.settings().withImposedRouting("other"));
            var own = training(size, options, "", new int[0]);
            if (own.graph().outputs().containsKey(OWN + "dispatch")) {
                own.close();
                return;
            }
            var name = OWN + (own.graph().outputs().containsKey(OWN + "experts") ? "experts" : "tokens");
            var input = own.graph().inputs().keySet().stream().filter(known -> known.startsWith(Building.IMPOSED)).findFirst()
                    .orElseThrow(() -> new AssertionError(where + ": what is selected does not pass Router.Scope.selected"));
            int width = own.graph().inputs().get(input).dim(1);
            int places = own.graph().outputs().get(name).dim(1); // the last may be empty always
            var selected = own.ints(name);
            int rows = selected.length / places;
            var same = new int[rows * width];
            var shifted = new int[rows * width];
            for (int i = 0; i < same.length; i++) {
                same[i] = selected[i / width * places + i % width] + Building.IMPOSED_OFFSET;
                shifted[i] = selected[(i / width + 1) % rows * places + i % width] + Building.IMPOSED_OFFSET;
            }
            try (own; var following = training(size, options, input, same); var other = training(size, options, input, shifted)) {
                assertArrayEquals(selected, following.ints(name), where);
                assertArrayEquals(own.floats(OWN + "weights"), following.floats(OWN + "weights"), where);
                var assigned = other.ints(name);
                for (int i = 0; i < shifted.length; i++) {
                    assertEquals(shifted[i] - Building.IMPOSED_OFFSET, assigned[i / width * places + i % width], where);
                }
                for (float weight : other.floats(OWN + "weights")) {
                    assertTrue(Float.isFinite(weight) && weight >= 0, where + ": " + weight);
                }
            }
        });
    }

    private Trial training(Size size, Map<String, Object> options, String imposed, int[] choices) {
        var engine = new ReferenceEngine();
        return trial(engine, graph(Mode.TRAINING, size, options), size, engine.variables()).with(imposed, choices).run();
    }

    private Trial evaluation(Size size, Map<String, Object> options) {
        var engine = new ReferenceEngine();
        return trial(engine, graph(Mode.EVALUATION, size, options), size, engine.variables());
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            int n = size.rows();
            int experts = size.settings().experts();
            int k = size.settings().k();
            var outputs = graph(Mode.TRAINING, size, options).outputs();
            assertEquals(TensorType.f32(n, experts), outputs.get("scores").type(), where);
            assertEquals(TensorType.f32(n, experts), outputs.get("affinities").type(), where);
            if (outputs.containsKey("given experts")) {
                assertEquals(TensorType.i32(n, k), outputs.get("given experts").type(), where);
                assertEquals(TensorType.f32(n, k), outputs.get("given weights").type(), where);
            } else if (outputs.containsKey("given tokens")) {
                int capacity = outputs.get("given tokens").dim(1);
                assertEquals(TensorType.i32(experts, capacity), outputs.get("given tokens").type(), where);
                assertEquals(TensorType.f32(experts, capacity), outputs.get("given weights").type(), where);
            } else {
                int slots = outputs.get("given dispatch").dim(2);
                assertEquals(0, slots % experts, where);
                var type = TensorType.f32(size.batch(), size.time(), slots);
                assertEquals(type, outputs.get("given dispatch").type(), where);
                assertEquals(type, outputs.get("given combine").type(), where);
            }
        });
    }

    /** Of experts or, where these choose, of tokens; −1, for none, may come several times. */
    @Test
    public void choicesAreDistinctAndExist() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                checkChoices(trial.run(), GIVEN, size, where);
                checkChoices(trial, OWN, size, where);
                checkChoices(trial.with("preferences", new float[size.rows() * size.settings().experts()]).run(), GIVEN, size,
                        where + ", equal preferences");
            }
        });
    }

    private static void checkChoices(Trial trial, String prefix, Size size, String where) {
        var outputs = trial.graph().outputs();
        if (outputs.containsKey(prefix + "experts")) {
            checkRows(trial.ints(prefix + "experts"), size.settings().k(), size.settings().experts(), where + ": expert");
        } else if (outputs.containsKey(prefix + "tokens")) {
            checkRows(trial.ints(prefix + "tokens"), outputs.get(prefix + "tokens").dim(1), size.rows(), where + ": token");
        }
    }

    private static void checkRows(int[] chosen, int width, int bound, String where) {
        for (int row = 0; row < chosen.length / width; row++) {
            var seen = new HashSet<Integer>();
            for (int index : Arrays.copyOfRange(chosen, row * width, (row + 1) * width)) {
                assertTrue(index >= -1 && index < bound, where + " " + index + " is chosen in row " + row);
                assertTrue(index == -1 || seen.add(index), where + " " + index + " is chosen twice in row " + row);
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
                var weights = trial.graph().outputs().keySet().stream()
                        .filter(name -> name.matches(".*weights.*|.*dispatch|.*combine")).toList();
                for (float length : new float[] {0, 1e-4f, 1, 50}) {
                    var tokens = numbers("tokens", size, size.rows() * size.settings().dim());
                    for (int i = 0; i < tokens.length; i++) {
                        tokens[i] *= length;
                    }
                    trial.with("tokens", tokens).run();
                    for (var name : weights) {
                        for (float weight : trial.floats(name)) {
                            assertTrue(Float.isFinite(weight) && weight >= 0, where + ", tokens times " + length + ", " + name + ": " + weight);
                        }
                    }
                }
            }
        });
    }

    /** So padding, other sequences and later tokens cannot matter, as far as the plugin's reach says that they do not. */
    @Test
    public void aRouteDependsOnWhatIsInReachAlone() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int dim = size.settings().dim();
                int kept = size.rows() / 2;
                var tokens = numbers("tokens", size, size.rows() * dim);
                var before = trial.run().outputs();
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = isInReach(i / dim, kept, size.time(), reach(options)) ? tokens[i] : 3 - tokens[i];
                }
                var after = trial.with("tokens", tokens).run().outputs();
                for (var name : before.keySet()) {
                    if (List.of("scores", "affinities").contains(name) || name.matches(OWN + "(experts|dispatch|combine|weights.*)")) {
                        int width = before.get(name).length / size.rows();
                        if (!before.containsKey(OWN + "tokens") || !name.equals(OWN + "weights")) { // which has a row an expert
                            assertArrayEquals(Arrays.copyOfRange(before.get(name), kept * width, (kept + 1) * width),
                                    Arrays.copyOfRange(after.get(name), kept * width, (kept + 1) * width), where + ", " + name);
                        }
                    }
                }
            }
        });
    }

    private static boolean isInReach(int row, int of, int time, Reach reach) {
        boolean sequence = row / time == of / time;
        return switch (reach) {
            case TOKEN -> row == of;
            case PAST -> sequence && row <= of;
            case SEQUENCE -> sequence;
            case BATCH -> true;
        };
    }

    /** Balancers work through the preferences, so where tokens choose they must be able to bring any expert in. */
    @Test
    public void thePreferredExpertIsChosen() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int experts = trial.graph().outputs().containsKey("given experts") ? size.settings().experts() : 0;
                for (int favourite = 0; favourite < experts; favourite++) {
                    var preferences = numbers("preferences", size, size.rows() * experts);
                    for (int n = 0; n < size.rows(); n++) {
                        preferences[n * experts + favourite] += 1000;
                    }
                    int expert = favourite;
                    var selected = trial.with("preferences", preferences).run().ints("given experts");
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
                for (float weight : trial.with("chosen", none).run().floats("weights of chosen")) {
                    assertTrue(Float.isFinite(weight), where + ": " + weight);
                }
            }
        });
    }
}
