package patchbay.lab.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import patchbay.tensor.UserError;

/**
 * The rules of a search. What comes next is a function of what the log says and of nothing else, so a search that was killed
 * between any two entries goes on as if it had not been.
 *
 * @param reference the arm whose active compute is the measure for the others'
 */
record Halving(Search search, List<Arm> arms, Arm reference, Rungs rungs) {

    /** @throws UserError if the budget is too small, or the baseline cannot be built */
    static Halving of(Search search, List<Arm> arms, int steps) {
        var built = arms.stream().filter(arm -> arm.refused().isEmpty()).toList();
        var reference = search.baseline().map(name -> named(arms, name)).orElseGet(built::getFirst);
        if (!reference.refused().isEmpty()) {
            throw new UserError(reference.settings().place() + ": the baseline '" + reference.name() + "' cannot be built: " + reference.refused());
        }
        if (search.halving() > 1 && search.baseline().isPresent() && reference.leaks()) {
            throw new UserError(reference.settings().place() + ": the baseline '" + reference.name() + "' sees the tokens that it is to foretell");
        }
        var unstarted = new Halving(search, arms, reference, new Rungs(List.of(steps)));
        int beginning = (int) arms.stream().filter(arm -> unstarted.unfit(arm).isEmpty()).count();
        var halving = new Halving(search, arms, reference, Rungs.of(steps, search.halving(), search.firstRung(), beginning));
        if (search.budget() > 0 && halving.cost() > search.budget()) {
            throw new UserError(String.format(Locale.ROOT, "budget: %,d steps are too few: %d arms x %d seeds over the rungs %s take up to %,d",
                    search.budget(), beginning, search.seeds().size(), halving.rungs().steps(), halving.cost()));
        }
        return halving;
    }

    private static Arm named(List<Arm> arms, String name) {
        return arms.stream().filter(arm -> arm.name().equals(name)).findFirst().orElseThrow();
    }

    /** The most steps that it takes in all. */
    long cost() {
        int beginning = (int) arms.stream().filter(arm -> unfit(arm).isEmpty()).count();
        return rungs.cost(beginning, search.halving(), search.seeds().size(), search.baseline().isPresent());
    }

    Move next(List<Entry> entries) {
        var log = new Log(entries);
        for (var arm : arms) {
            var unfit = unfit(arm);
            if (unfit.isPresent() && !log.ended(arm)) {
                return new Move.End(unfit.get());
            }
        }
        var racing = arms.stream().filter(arm -> unfit(arm).isEmpty()).toList();
        for (int rung : rungs.steps()) {
            for (long seed : search.seeds()) { // seed by seed, so that a table that is not finished yet compares like with like
                for (var arm : racing) {
                    if (!log.failed(arm) && log.at(arm, seed, rung).isEmpty()) {
                        return new Move.Train(arm, seed, rung);
                    }
                }
            }
            racing = racing.stream().filter(arm -> !log.failed(arm)).toList();
            if (!rungs.isLast(rung)) {
                var ending = sorted(racing, log, rung);
                for (var end : ending.values()) {
                    if (!log.ended(named(arms, end.arm()))) {
                        return new Move.End(end);
                    }
                }
                racing = racing.stream().filter(arm -> !ending.containsKey(arm.name())).toList();
            }
        }
        return new Move.Finish();
    }

    /** Why an arm does not begin. */
    Optional<Entry.Ended> unfit(Arm arm) {
        if (!arm.refused().isEmpty()) {
            return ended(arm, 0, Entry.Cause.refused, arm.refused());
        }
        for (var other : arms) {
            if (other.name().equals(arm.name())) {
                break;
            }
            if (other.identity().equals(arm.identity())) {
                return ended(arm, 0, Entry.Cause.duplicate, "the same settings as '" + other.name() + "', defaults filled in");
            }
        }
        if (search.equalCompute() && !isEqual(arm)) {
            return ended(arm, 0, Entry.Cause.unequal, String.format(Locale.ROOT, "computes %,d operations a token, '%s' %,d", arm.compute(),
                    reference.name(), reference.compute()));
        }
        if (search.halving() > 1 && arm.leaks()) {
            return ended(arm, 0, Entry.Cause.leaks, "sees the tokens that it is to foretell: its loss compares with no other's");
        }
        return Optional.empty();
    }

    /** Whether an arm computes as much for a token as the reference, as far as the search is tolerant. */
    boolean isEqual(Arm arm) {
        return Math.abs((double) arm.compute() / reference.compute() - 1) <= search.tolerance();
    }

    /** The arms that end at a rung at which all of them have been measured. */
    private Map<String, Entry.Ended> sorted(List<Arm> racing, Log log, int rung) {
        var ending = new LinkedHashMap<String, Entry.Ended>();
        var losses = new HashMap<String, Double>();
        racing.forEach(arm -> losses.put(arm.name(), log.mean(arm, rung, Entry.Measured::loss)));
        double best = losses.values().stream().mapToDouble(loss -> loss).min().orElse(Double.NaN);
        for (var arm : racing) {
            if (isBaseline(arm)) {
                continue;
            }
            double maxVio = log.mean(arm, rung, Entry.Measured::maxVio);
            double behind = losses.get(arm.name()) - best;
            if (search.collapsed() > 0 && arm.most() > 0 && maxVio > search.collapsed() * arm.most()) {
                end(ending, arm, rung, Entry.Cause.collapsed, "its load collapsed: MaxVio %.2f, at most %.2f is possible", maxVio, arm.most());
            } else if (search.behind() > 0 && behind > search.behind()) {
                end(ending, arm, rung, Entry.Cause.behind, "%.3f nats behind the best", behind);
            }
        }
        var order = new ArrayList<>(racing.stream().filter(arm -> !isBaseline(arm) && !ending.containsKey(arm.name())).toList());
        order.sort(Comparator.comparing(arm -> losses.get(arm.name()))); // stable: of two equal ones the first in the file
        int kept = Rungs.after((int) racing.stream().filter(arm -> !isBaseline(arm)).count(), search.halving());
        for (int place = kept; place < order.size(); place++) {
            end(ending, order.get(place), rung, Entry.Cause.halved, "%d of %d, %d go on; %.3f nats behind the best", place + 1, order.size(), kept,
                    losses.get(order.get(place).name()) - best);
        }
        return ending;
    }

    private boolean isBaseline(Arm arm) {
        return search.baseline().filter(arm.name()::equals).isPresent();
    }

    private static void end(Map<String, Entry.Ended> ending, Arm arm, int rung, Entry.Cause cause, String reason, Object... values) {
        ending.put(arm.name(), new Entry.Ended(arm.name(), rung, cause, String.format(Locale.ROOT, reason, values)));
    }

    private static Optional<Entry.Ended> ended(Arm arm, int rung, Entry.Cause cause, String reason) {
        return Optional.of(new Entry.Ended(arm.name(), rung, cause, reason));
    }
}
