package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import patchbay.tensor.UserError;

/** The rules alone, with losses that are made up. */
class HalvingTest {

    private static Arm arm(String name) {
        return new Arm(new Settings(name, Map.of(), "s.yaml:1:1"), name, 1000, 3, false, "");
    }

    private static Search search(int halving, List<Arm> arms, Optional<String> baseline) {
        return new Search("s", "b", List.of(1L, 2L), halving, 0, 0, baseline, false, 0.05, 0.5, 0.5, arms.stream().map(Arm::settings).toList());
    }

    /** @param steps of a training */
    private static Halving halving(int halving, int steps, Arm... arms) {
        return Halving.of(search(halving, List.of(arms), Optional.empty()), List.of(arms), steps);
    }

    /** Plays until the end; {@code result} is what a training comes to. */
    private static List<Entry> play(Halving halving, List<Entry> begun, Function<Move.Train, Entry> result) {
        var log = new ArrayList<>(begun);
        while (true) {
            switch (halving.next(log)) {
                case Move.Finish() -> {
                    return log;
                }
                case Move.End(var entry) -> log.add(entry);
                case Move.Train train -> log.add(result.apply(train));
            }
        }
    }

    private static Entry.Measured measured(Move.Train train, double loss, double maxVio) {
        return new Entry.Measured(train.arm().name(), train.seed(), train.steps(), "run-" + train.arm().name() + train.seed(), loss, maxVio, maxVio, 0, 0, 1);
    }

    /** The later a letter, the higher the loss; seeds differ a little, and more steps are better. */
    private static Entry byName(Move.Train train) {
        return measured(train, 2 + 0.01 * train.arm().name().charAt(0) + 0.001 * train.seed() - 0.0001 * train.steps(), 0.1);
    }

    private static List<Integer> steps(List<Entry> log, String arm) {
        return log.stream().filter(Entry.Measured.class::isInstance).map(Entry.Measured.class::cast)
                .filter(entry -> entry.arm().equals(arm) && entry.seed() == 1).map(Entry.Measured::steps).toList();
    }

    private static Entry.Ended end(List<Entry> log, String arm) {
        return log.stream().filter(Entry.Ended.class::isInstance).map(Entry.Ended.class::cast).filter(entry -> entry.arm().equals(arm))
                .findFirst().orElseThrow();
    }

    @Test
    void ofEveryRungHalfGoOnAndOneComesToTheEnd() {
        var halving = halving(2, 400, arm("c"), arm("a"), arm("d"), arm("b"));
        assertEquals(List.of(100, 200, 400), halving.rungs().steps());
        var log = play(halving, List.of(), HalvingTest::byName);
        assertEquals(List.of(100, 200, 400), steps(log, "a"));
        assertEquals(List.of(100, 200), steps(log, "b"));
        assertEquals(List.of(100), steps(log, "c"));
        assertEquals(List.of(100), steps(log, "d"));
        assertEquals(new Entry.Ended("c", 100, Entry.Cause.halved, "3 of 4, 2 go on; 0.020 nats behind the best"), end(log, "c"));
        assertEquals(200, end(log, "b").steps());
        long steps = log.stream().filter(Entry.Measured.class::isInstance).map(Entry.Measured.class::cast)
                .mapToLong(entry -> entry.steps() - halving.rungs().before(entry.steps())).sum();
        assertEquals(halving.cost(), steps, "an arm goes on from where it is");
    }

    @Test
    void withoutHalvingAllTrainSeedBySeed() {
        var log = play(halving(1, 400, arm("b"), arm("a")), List.of(), HalvingTest::byName);
        assertEquals(List.of("b1", "a1", "b2", "a2"), log.stream().map(entry -> entry.arm() + ((Entry.Measured) entry).seed()).toList());
    }

    @Test
    void killedBetweenAnyTwoEntriesItGoesOnAsIfItHadNotBeen() {
        var halving = halving(2, 400, arm("c"), arm("a"), arm("nan"), arm("d"), new Arm(arm("twin").settings(), "a", 1000, 3, false, ""),
                arm("b"), new Arm(arm("far").settings(), "far", 1000, 3, false, ""), arm("e"));
        Function<Move.Train, Entry> result = train -> switch (train.arm().name()) {
            case "nan" -> new Entry.Ended("nan", train.steps(), Entry.Cause.failed, "the loss is NaN");
            case "far" -> measured(train, 9, 0.1);
            case "e" -> measured(train, 3, 2.9);
            default -> byName(train);
        };
        var whole = play(halving, List.of(), result);
        assertTrue(whole.size() > 15, whole::toString);
        for (int kept = 0; kept <= whole.size(); kept++) {
            assertEquals(whole, play(halving, whole.subList(0, kept), result), "killed after " + kept + " entries");
        }
    }

    @Test
    void hopelessArmsSayWhy() {
        var halving = halving(2, 400, arm("a"), arm("b"), arm("c"), arm("nan"), arm("far"),
                new Arm(arm("twin").settings(), "b", 1000, 3, false, ""),
                new Arm(arm("wrong").settings(), "", 0, 0, false, "k is 9, there are 8 experts"),
                new Arm(arm("leaky").settings(), "leaky", 1000, 3, true, ""));
        var log = play(halving, List.of(), train -> switch (train.arm().name()) {
            case "nan" -> new Entry.Ended("nan", train.steps(), Entry.Cause.failed, "step 7: the loss is NaN");
            case "far" -> measured(train, 9, 0.1);
            case "c" -> measured(train, 2.9, 2.5);
            default -> byName(train);
        });
        assertEquals("step 7: the loss is NaN", end(log, "nan").reason());
        assertEquals(Entry.Cause.duplicate, end(log, "twin").cause());
        assertEquals("the same settings as 'b', defaults filled in", end(log, "twin").reason());
        assertEquals("k is 9, there are 8 experts", end(log, "wrong").reason());
        assertEquals(Entry.Cause.leaks, end(log, "leaky").cause());
        assertEquals("its load collapsed: MaxVio 2.50, at most 3.00 is possible", end(log, "c").reason());
        assertTrue(end(log, "far").reason().endsWith("nats behind the best"), end(log, "far").reason());
        assertEquals(Entry.Cause.behind, end(log, "far").cause());
        assertTrue(steps(log, "twin").isEmpty() && steps(log, "wrong").isEmpty() && steps(log, "leaky").isEmpty(), "not a step is trained");
        assertEquals(1, log.stream().filter(entry -> entry.arm().equals("nan")).count(), "its second seed is not trained");
    }

    @Test
    void theBaselineGoesOnWhateverComesOfIt() {
        var arms = List.of(arm("a"), arm("b"), arm("z"), arm("c"));
        var halving = Halving.of(search(2, arms, Optional.of("z")), arms, 400);
        var log = play(halving, List.of(), HalvingTest::byName);
        assertEquals(400, steps(log, "z").getLast());
        assertEquals(400, steps(log, "a").getLast());
        assertEquals(200, steps(log, "b").getLast());
    }

    @Test
    void activeComputeThatDiffersIsShownAndCanKeepAnArmOut() {
        var arms = List.of(arm("a"), new Arm(arm("b").settings(), "b", 1040, 3, false, ""), new Arm(arm("c").settings(), "c", 1100, 3, false, ""));
        var open = Halving.of(search(1, arms, Optional.empty()), arms, 10);
        var log = play(open, List.of(), HalvingTest::byName);
        var rows = new Standing(open, new Log(log)).rows();
        assertEquals(List.of("a", "b", "c"), rows.stream().map(List::getFirst).toList());
        assertEquals("active compute x 1.10", rows.get(2).getLast());
        assertEquals("", rows.get(1).getLast());
        var names = arms.stream().map(Arm::settings).toList();
        var restricted = Halving.of(new Search("s", "b", List.of(1L), 1, 0, 0, Optional.empty(), true, 0.05, 0.5, 0.5, names), arms, 10);
        log = play(restricted, List.of(), HalvingTest::byName);
        assertEquals(new Entry.Ended("c", 0, Entry.Cause.unequal, "computes 1,100 operations a token, 'a' 1,000"), end(log, "c"));
        assertEquals(List.of(10), steps(log, "b"));
    }

    @Test
    void aBudgetThatIsTooSmallIsToldBeforeAnythingIsTrained() {
        var arms = List.of(arm("a"), arm("b"));
        var names = arms.stream().map(Arm::settings).toList();
        var small = new Search("s", "b", List.of(1L, 2L), 2, 0, 1199, Optional.empty(), false, 0.05, 0.5, 0.5, names);
        var error = assertThrows(UserError.class, () -> Halving.of(small, arms, 400));
        assertEquals("budget: 1,199 steps are too few: 2 arms x 2 seeds over the rungs [200, 400] take up to 1,200", error.getMessage());
        Halving.of(new Search("s", "b", List.of(1L, 2L), 2, 0, 1200, Optional.empty(), false, 0.05, 0.5, 0.5, names), arms, 400);
    }

    @Test
    void aBaselineThatCannotBeBuiltIsRefused() {
        var arms = List.of(arm("a"), new Arm(arm("b").settings(), "", 0, 0, false, "no such thing"));
        assertTrue(assertThrows(UserError.class, () -> Halving.of(search(1, arms, Optional.of("b")), arms, 10)).getMessage().endsWith("no such thing"));
    }

    @Test
    void theTableComparesPairsOfEqualSeedsAndSteps() {
        var halving = halving(1, 10, arm("b"), arm("a"));
        var log = List.<Entry>of(measured(new Move.Train(arm("b"), 1, 10), 2.00, 0.25), measured(new Move.Train(arm("a"), 1, 10), 1.90, 0.5),
                measured(new Move.Train(arm("b"), 2, 10), 3.00, 0.25));
        var standing = new Standing(halving, new Log(log));
        assertFalse(standing.finished());
        var rows = standing.rows();
        assertEquals(List.of("a", "1.9000", "-", "0.50", "0.500", "0", "0.000", "1,000", "10", "baseline; 1 of 2 seeds"), rows.getFirst());
        assertEquals(List.of("b", "2.5000 ± 0.7071", "+0.1000", "0.25", "0.250", "0", "0.000", "1,000", "10", ""), rows.getLast());
        var more = new ArrayList<>(log);
        more.add(measured(new Move.Train(arm("a"), 2, 10), 2.92, 0.5));
        var difference = new Standing(halving, new Log(more)).rows().getLast().get(2);
        assertEquals("+0.0900 ± 0.1271", difference, "12.706 · 0.01414 / √2");
        assertTrue(new Standing(halving, new Log(more)).markdown().startsWith("| arm | validation loss | difference |"));
        assertTrue(new Standing(halving, new Log(more)).markdown().contains("| b | 2.5000 ± 0.7071 | +0.0900 ± 0.1271 |"));
    }
}
