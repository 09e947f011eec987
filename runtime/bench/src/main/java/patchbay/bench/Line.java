package patchbay.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of a table: contenders that do the same work in turns, ours first.
 *
 * @param tokens in a run, 0 where that means nothing
 * @param millis how long a turn takes at least
 */
record Line(String name, Unit unit, int tokens, int millis, List<Contender> contenders) {

    Line {
        contenders = List.copyOf(contenders);
        if (contenders.isEmpty() || !contenders.getFirst().name().equals(Contender.OURS)) {
            throw new IllegalArgumentException("line " + name + ": " + Contender.OURS + " must come first");
        }
    }

    /** Whether tokens a second are to be told beside the figure. */
    boolean tellsTokens() {
        return tokens > 0 && unit == Unit.MILLISECONDS;
    }

    /** Everyone who takes turns: the contenders, and the machine's limit last. */
    List<Contender> turns() {
        var all = new ArrayList<>(contenders);
        all.add(unit.ceiling());
        return all;
    }
}
