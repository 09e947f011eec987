package patchbay.shell;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a run gets on, from the times of its last steps: what lies between them, evaluations and swaps, counts too. */
final class Pace {

    private static final int WINDOW = 60;
    private static final int ENOUGH = 4;

    private record Mark(long step, long nanos) {}

    private final Deque<Mark> marks = new ArrayDeque<>();

    synchronized void done(long step, long nanos) {
        if (!marks.isEmpty() && step <= marks.getLast().step()) {
            marks.clear(); // a swap was undone, with its steps
        }
        marks.addLast(new Mark(step, nanos));
        if (marks.size() > WINDOW) {
            marks.removeFirst();
        }
    }

    /** NaN as long as nobody can tell. */
    synchronized double secondsPerStep() {
        if (marks.size() < ENOUGH) {
            return Double.NaN;
        }
        var first = marks.getFirst();
        var last = marks.getLast();
        return (last.nanos() - first.nanos()) / 1e9 / (last.step() - first.step());
    }
}
