package patchbay.training;

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
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.Trial;
import patchbay.model.Decoder;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ReferenceEngine;

/** What does not learn stays as it is, bit for bit, and the others go on. */
class FrozenTest {

    private static final int EXPERTS = Fixture.MODEL.experts();

    private final Engine engine = new ReferenceEngine();

    private static Decoder frozen(String... patterns) {
        return Fixture.decoder(Fixture.MODEL.withExtras(List.of("late"), 2).withFrozen(List.of(patterns)), Map.of());
    }

    private static void train(Learner learner, int from, int to) {
        for (int step = from; step < to; step++) {
            learner.step(step, Fixture.batches(2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theFrozenKeepTheirValuesAndMoments(int accumulate) {
        var settings = Fixture.training(20, 2, accumulate);
        try (var before = Learner.begin(engine, frozen(), settings, 1)) {
            train(before, 0, 4);
            try (var after = before.candidate(frozen("1", "late", "layers.0.moe.experts.3", "layers.*.attention", "embedding.*"), 4)) {
                after.takeOver(before);
                assertEquals(before.births(), after.births());
                var were = Trial.values(after.variables());
                train(after, 4, 8);
                after.births().keySet().forEach(name -> {
                    for (var variable : List.of(name, "moment1/" + name, "moment2/" + name)) {
                        check(variable, name, were.get(variable), Trial.values(after.variables(), variable));
                    }
                });
            }
        }
    }

    @Test
    void anExpertThatTheModelDoesNotHaveIsNotOffered() {
        var error = assertThrows(UserError.class, () -> Frozen.check("0", Fixture.MODEL, List.of("alignment.image")));
        assertTrue(error.getMessage().endsWith("valid: alignment.image"), error.getMessage());
    }

    private static void check(String variable, String name, float[] was, float[] now) {
        if (name.contains(".attention.") || name.contains(".experts.late.") || name.startsWith("embedding.")) {
            assertArrayEquals(was, now, variable);
        } else if (name.contains(".moe.experts.")) {
            int size = was.length / EXPERTS;
            for (int expert = 0; expert < EXPERTS; expert++) {
                boolean frozen = expert == 1 || expert == 3 && name.startsWith("layers.0.");
                assertEquals(frozen, Arrays.equals(was, expert * size, (expert + 1) * size, now, expert * size, (expert + 1) * size),
                        variable + " of expert " + expert);
            }
        } else {
            assertFalse(Arrays.equals(was, now), variable);
        }
    }

    @Test
    void whatIsThawedLearnsFromWhereItWas() {
        var settings = Fixture.training(20, 2, 1);
        try (var before = Learner.begin(engine, frozen("2"), settings, 1)) {
            train(before, 0, 4);
            try (var after = before.candidate(frozen(), 4)) {
                after.takeOver(before);
                var name = "layers.1.moe.experts.in";
                var was = Trial.values(after.variables(), name);
                assertArrayEquals(Trial.values(before.variables(), name), was);
                train(after, 4, 6);
                var now = Trial.values(after.variables(), name);
                int size = was.length / EXPERTS;
                assertFalse(Arrays.equals(was, 2 * size, 3 * size, now, 2 * size, 3 * size));
            }
        }
    }

    /** Squares of the norms of two parts that complement each other are those of the whole. */
    @Test
    void theNormCountsOnlyWhatLearns() {
        var others = new ArrayList<String>(List.of("0", "2", "3"));
        try (var learner = Learner.begin(engine, frozen(), Fixture.training(20, 2, 1), 1)) {
            learner.births().keySet().stream().filter(name -> !name.matches("layers\\.\\d\\.moe\\.experts\\.[a-z-]+")).forEach(others::add);
        }
        double one = norm(others.toArray(String[]::new));
        double rest = norm("1");
        double all = norm();
        assertTrue(one > 1e-3 * all, "expert 1 has a gradient");
        assertEquals(all * all, one * one + rest * rest, 1e-5 * all * all);
    }

    private double norm(String... patterns) {
        try (var learner = Learner.begin(engine, frozen(patterns), Fixture.training(20, 2, 1), 1)) {
            return learner.step(0, Fixture.batches(2)).gradientNorm();
        }
    }

    @Test
    void whatMatchesNothingIsRefused() {
        var model = Fixture.MODEL.withExtras(List.of("late"), 2);
        try (var learner = Learner.begin(engine, frozen(), Fixture.training(20, 2, 1), 1)) {
            var names = learner.births().keySet();
            for (var good : List.of("0", "late", "embedding", "layers.*.moe", "layers.1.moe.experts.2", "*.tokens")) {
                Frozen.check(good, model, names);
            }
            for (var bad : List.of("4", "latte", "embedding.tokenz", "layers.2", "layers.0.moe.experts.4")) {
                assertTrue(assertThrows(UserError.class, () -> Frozen.check(bad, model, names), bad).getMessage()
                        .startsWith("unknown expert or parameter '" + bad + "'"));
            }
        }
        assertTrue(assertThrows(UserError.class, () -> Learner.begin(engine, frozen("layers", "embedding", "norm"), Fixture.training(20, 2, 1), 1))
                .getMessage().contains("everything is frozen"));
    }
}
