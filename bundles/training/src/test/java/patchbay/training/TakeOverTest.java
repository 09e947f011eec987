package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.data.EvaluationBatches;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ReferenceEngine;

/** What a changed model has of the one before it. */
class TakeOverTest {

    private static final TrainingSettings SETTINGS = Fixture.training(20, 2, 1);
    private static final String ROUTER = "layers.0.moe.router";
    private static final String EXPERTS = "layers.0.moe.experts";

    private final Engine engine = new ReferenceEngine();

    private Learner plain() {
        return Learner.begin(engine, Fixture.decoder(Map.of()), SETTINGS, 1);
    }

    private static void train(Learner learner, int from, int to) {
        for (int step = from; step < to; step++) {
            learner.step(step, Fixture.batches(2));
        }
    }

    @Test
    void whatKeepsItsNameAndShapeIsSharedWithItsMoments() {
        try (var before = plain()) {
            train(before, 0, 3);
            try (var after = before.candidate(Fixture.decoder(Map.of(ROUTER, Plug.of("deep"))), 5)) {
                train(before, 3, 5); // goes on while the candidate stands beside it
                after.takeOver(before);
                for (var name : before.variables().names()) {
                    if (!Update.parameter(name).startsWith(ROUTER)) {
                        assertArrayEquals(Trial.values(before.variables(), name), Trial.values(after.variables(), name), name);
                    }
                }
                assertEquals(Set.of(ROUTER + ".weight", "moment1/" + ROUTER + ".weight", "moment2/" + ROUTER + ".weight"), after.reshaped());
                assertArrayEquals(new float[5 * 4], Trial.values(after.variables(), "moment1/" + ROUTER + ".weight"), "a new parameter");
                assertEquals(5, after.births().get(ROUTER + ".weight"));
                assertEquals(5, after.births().get(ROUTER + ".hidden"));
                assertEquals(0, after.births().get("layers.1.moe.router.weight"));
                train(after, 5, 8);
                assertArrayEquals(Trial.values(after.variables(), "embedding.tokens"), Trial.values(before.variables(), "embedding.tokens"));
            }
        }
    }

    /** As gently as those that were there from the beginning: by the rate, whatever its gradient. */
    @Test
    void aNewParametersFirstStepIsBiasCorrectedFromItsOwnBirth() {
        try (var before = plain()) {
            train(before, 0, 6);
            try (var after = before.candidate(Fixture.decoder(Map.of(ROUTER, Plug.of("deep"))), 6)) {
                after.takeOver(before);
                var was = Trial.values(after.variables(), ROUTER + ".hidden");
                var step = after.step(6, Fixture.batches(2));
                var now = Trial.values(after.variables(), ROUTER + ".hidden");
                double most = 0;
                for (int i = 0; i < was.length; i++) {
                    most = Math.max(most, Math.abs(now[i] - was[i] * (1 - step.rate() * SETTINGS.weightDecay())));
                }
                assertEquals(step.rate(), most, step.rate() * 0.02);
            }
        }
    }

    @Test
    void rollbackBringsBackWhatWasLost() {
        try (var before = plain()) {
            train(before, 0, 3);
            var lost = Trial.values(before.variables(), ROUTER + ".weight");
            var moment = Trial.values(before.variables(), "moment2/" + ROUTER + ".weight");
            try (var after = before.candidate(Fixture.decoder(Map.of(ROUTER, Plug.of("deep"))), 3)) {
                after.takeOver(before);
                train(after, 3, 6);
                try (var back = after.candidate(engine, Fixture.decoder(Map.of()), 6, new Earlier(before.variables(), before.births(), Set.of()))) {
                    back.takeOver(after);
                    assertArrayEquals(lost, Trial.values(back.variables(), ROUTER + ".weight"));
                    assertArrayEquals(moment, Trial.values(back.variables(), "moment2/" + ROUTER + ".weight"));
                    assertArrayEquals(Trial.values(after.variables(), "embedding.tokens"), Trial.values(back.variables(), "embedding.tokens"));
                    assertEquals(before.births(), back.births());
                    assertFalse(back.variables().contains(ROUTER + ".hidden"));
                    train(back, 6, 8);
                }
            }
        }
    }

    @Test
    void aCandidateThatFailsLeavesNoTrace() {
        try (var tried = plain(); var untouched = plain()) {
            train(tried, 0, 3);
            train(untouched, 0, 3);
            var error = assertThrows(UserError.class, () -> tried.candidate(Fixture.decoder(Map.of(ROUTER, Plug.of("wrong"))), 3));
            assertTrue(error.getMessage().contains("router wrong at " + ROUTER), error.getMessage());
            try (var unused = tried.candidate(Fixture.decoder(Map.of(ROUTER, Plug.of("deep"))), 3)) {
                assertEquals(3, unused.births().get(ROUTER + ".hidden"));
            }
            train(tried, 3, 6);
            train(untouched, 3, 6);
            assertEquals(untouched.births(), tried.births());
            Trial.assertSame(Trial.values(untouched.variables()), Trial.values(tried.variables()), "variables");
        }
    }

    @Test
    void aPartsOwnRuleCarriesValuesIntoAnotherShape() {
        carriedByItsOwnRule(Fixture.MODEL, EXPERTS);
    }

    /** The experts around it, whose socket's path begins its own, have no such rule. */
    @Test
    void anExtraExpertsRuleIsItsOwn() {
        carriedByItsOwnRule(Fixture.MODEL.withExtras(List.of("side"), 2), EXPERTS + ".side");
    }

    private void carriedByItsOwnRule(ModelSettings model, String socket) {
        try (var before = Learner.begin(engine, Fixture.decoder(model, Map.of(socket, Plug.of("wide"))), SETTINGS, 1)) {
            train(before, 0, 4);
            try (var after = before.candidate(Fixture.decoder(model, Map.of(socket, wide(6))), 4)) {
                after.takeOver(before);
                for (var name : List.of(socket + ".up", "moment1/" + socket + ".up", "moment2/" + socket + ".up")) {
                    var was = Trial.values(before.variables(), name);
                    var now = Trial.values(after.variables(), name);
                    assertEquals(2 * was.length, now.length);
                    for (int i = 0; i < now.length; i++) {
                        assertEquals(was[i % was.length], now[i], name);
                    }
                }
                assertEquals(0, after.births().get(socket + ".up"), "its moments are as old as before");
                assertEquals(4, after.births().get(socket + ".down"), "which had no rule");
                train(after, 4, 6);
            }
        }
    }

    private static Plug wide(int width) {
        return new Plug("wide", Map.of("width", width));
    }

    @Test
    void aRuleThatGivesTheWrongNumberOfValuesIsRefusedBeforeAnythingMoves() {
        try (var before = Learner.begin(engine, Fixture.decoder(Map.of(EXPERTS, wide(3))), SETTINGS, 1)) {
            var error = assertThrows(UserError.class, () -> before.candidate(Fixture.decoder(Map.of(EXPERTS, wide(9))), 0));
            assertTrue(error.getMessage().contains("expert wide at " + EXPERTS) && error.getMessage().contains("'up'"), error.getMessage());
        }
    }

    /** A run that was resumed between two swaps must draw what one draws that never stopped. */
    @Test
    void firstValuesFollowFromTheRunsSeedAndTheStepAlone() {
        var deep = Fixture.decoder(Map.of(ROUTER, Plug.of("deep")));
        var both = Fixture.decoder(Map.of(ROUTER, Plug.of("deep"), "layers.1.moe.router", Plug.of("deep")));
        try (var begun = plain(); var swapped = begun.candidate(deep, 2); var twice = swapped.candidate(both, 4);
                var resumed = Learner.resume(engine, deep, SETTINGS, 1, swapped.variables().copy(), Births.at(3, swapped.births()));
                var resumedTwice = resumed.candidate(both, 4); var later = resumed.candidate(both, 5)) {
            var name = "layers.1.moe.router.hidden";
            assertArrayEquals(Trial.values(twice.variables(), name), Trial.values(resumedTwice.variables(), name));
            assertFalse(Arrays.equals(Trial.values(twice.variables(), name), Trial.values(later.variables(), name)));
        }
    }

    /** The first of the sockets within a part stands for the part. */
    @Test
    void aPartThatIsWrappedKeepsWhatItLearntAndAgainWhenItIsUnwrapped() {
        var attention = "layers.0.attention";
        var around = Fixture.decoder(Map.of(attention, Plug.of("around")));
        var aroundAgain = around.with(around.rack().with(attention + ".inner", Plug.of("around"), PlainParts.shelf(new Fixture.Around())));
        var held = new EvaluationBatches(Fixture.text(300), 2, Fixture.CONTEXT, 4);
        try (var before = plain()) {
            train(before, 0, 3);
            try (var wrapped = before.candidate(around, 4); var twice = wrapped.candidate(aroundAgain, 6)) {
                train(before, 3, 4); // goes on while the candidate stands beside it
                wrapped.takeOver(before);
                assertEquals(before.evaluate(held).loss(), wrapped.evaluate(held).loss());
                assertSameProjections(before, attention, wrapped, attention + ".inner");
                assertEquals(0, wrapped.births().get(attention + ".inner.query"));
                assertEquals(4, wrapped.births().get(attention + ".beside.query"));
                assertEquals(attention + ".query", wrapped.renamed().get(attention + ".inner.query"));
                train(wrapped, 4, 6);
                twice.takeOver(wrapped);
                assertSameProjections(wrapped, attention + ".inner", twice, attention + ".inner.inner");
                try (var bare = twice.candidate(Fixture.decoder(Map.of()), 6)) {
                    bare.takeOver(twice);
                    assertSameProjections(twice, attention + ".inner.inner", bare, attention);
                    assertEquals(0, bare.births().get(attention + ".query"));
                    train(bare, 6, 8);
                }
            }
        }
    }

    private static void assertSameProjections(Learner before, String was, Learner after, String now) {
        for (var name : List.of("query", "key", "value", "output")) {
            for (var kind : List.of("", "moment1/", "moment2/")) {
                var path = kind + now + "." + name;
                assertArrayEquals(Trial.values(before.variables(), kind + was + "." + name), Trial.values(after.variables(), path), path);
            }
        }
    }
}
