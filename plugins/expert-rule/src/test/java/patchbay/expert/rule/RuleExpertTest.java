package patchbay.expert.rule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import patchbay.model.Names;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class RuleExpertTest extends ExpertContract {

    private static final ModelSettings SETTINGS = new ModelSettings(1, 2, 1, 4, 2, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);

    @Override
    protected Expert plugin() {
        return new RuleExpert();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(),
                Map.of("rules", "some: token #1 #2 #3 #4 #5 #6 #7 #8 #9\nothers: token #10 #11 #12 #13 #14 #15\nall: always"),
                Map.of("rules", "even: domain #0 #2 #4 #6 #8\n# both\nboth: token #3 #4 #5 #6 #7 and domain #3 #4 #5 #6 #7"));
    }

    /** Letters from a on, and two domains. */
    private static final Names NAMES = new Names() {
        @Override
        public int token(String text) {
            return text.equals(" ") ? 30 : text.charAt(0) - 'a';
        }

        @Override
        public int domain(String name) {
            if (!List.of("food", "time").contains(name)) {
                throw UserError.unknown("domain", name, List.of("food", "time"));
            }
            return List.of("food", "time").indexOf(name);
        }
    };

    private static Graph graph(String rules, Mode mode, int... ids) {
        var graph = new Graph(4);
        var building = new Building(graph, mode, SETTINGS);
        building.enter(graph.constant(Shape.of(1, ids.length), ids), NAMES);
        var expert = new RuleExpert();
        graph.output("y", expert.forward(new Bench(building, "e", Map.of("rules", rules)).scope(expert),
                graph.filled(Shape.of(ids.length, 2), 5)));
        return graph;
    }

    @Test
    void aRowIsTheSumOfTheVectorsOfTheRulesThatFire() {
        var rules = """
                # by hand
                vowels: token a e

                food: domain food
                b in food: token b and domain food
                blank: token \\s
                all: always
                """;
        try (var trial = Trial.of(graph(rules, Mode.TRAINING, 0, 1, 1, 30, -1))) {
            trial.set("e.vectors", 1, 0, 10, 0, 100, 0, 1000, 0, 0, 1);
            trial.with("domains", 0, 0, 1, -1, 0).run();
            assertArrayEquals(new float[] {11, 1, 110, 1, 0, 1, 1000, 1, 0, 0}, trial.floats("y"));
            assertArrayEquals(new float[] {1, 2, 1, 1, 4}, trial.variable("e.fired"));
            trial.run();
            assertArrayEquals(new float[] {2, 4, 2, 2, 8}, trial.variable("e.fired"));
        }
    }

    @Test
    void domainsAreAskedForWhereARuleNamesOne() {
        assertFalse(graph("a: token a", Mode.TRAINING, 0).inputs().containsKey("domains"));
        assertTrue(graph("a: domain time", Mode.TRAINING, 0).inputs().containsKey("domains"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing", "token a", "a: tokens b", "a: token", "a: token a and token b", "a: always b", "a: domain tim",
        "a: always\na: token b"})
    void whatIsNoRuleIsRefused(String rules) {
        var error = assertThrows(UserError.class, () -> graph(rules, Mode.TRAINING, 0));
        assertFalse(error.getMessage().contains("\n"), "one line: " + error.getMessage());
    }

    @Test
    void namesAreMissingWhereThereAreNone() {
        var graph = new Graph(4);
        var building = new Building(graph, Mode.TRAINING, SETTINGS);
        building.enter(graph.constant(Shape.of(1, 1), 0));
        var scope = new Bench(building, "e", Map.of("rules", "a: token a")).scope(plugin());
        var error = assertThrows(UserError.class, () -> plugin().forward(scope, graph.filled(Shape.of(1, 2), 1)));
        assertTrue(error.getMessage().contains("#32"), error.getMessage());
    }

    @Test
    void theFirstRulesKeepTheirVectors() {
        var more = plugin().carryOver("vectors", Shape.of(2, 2, 2), new float[] {1, 2, 3, 4, 5, 6, 7, 8}, Shape.of(2, 3, 2)).orElseThrow();
        assertArrayEquals(new float[] {1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0}, more);
        assertArrayEquals(new float[] {1, 2}, plugin().carryOver("vectors", Shape.of(2, 2), new float[] {1, 2, 3, 4}, Shape.of(1, 2)).orElseThrow());
        assertArrayEquals(new float[] {7, 8, 0}, plugin().carryOver("fired", Shape.of(2), new float[] {7, 8}, Shape.of(3)).orElseThrow());
        assertTrue(plugin().carryOver("vectors", Shape.of(2, 2), new float[4], Shape.of(2, 3)).isEmpty());
        assertEquals(4, Trial.of(graph("a: token a\nb: token b", Mode.TRAINING, 0)).variable("e.vectors").length);
    }
}
