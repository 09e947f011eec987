package patchbay.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import patchbay.lab.record.Event;
import patchbay.lab.record.History;
import patchbay.lab.record.RunFolder;

/** The swaps of a run that are known before they happen: those of the experiment file, or those of a record that is repeated. */
final class Script {

    /** A swap and the step at which it takes effect. */
    record Entry(long step, Change change, String cause) {}

    private static final String PLANNED = "planned";

    private final List<Entry> entries;
    private final Set<Long> planned = new HashSet<>();
    private int next;

    private Script(List<Entry> entries) {
        this.entries = entries.stream().sorted(Comparator.comparingLong(Entry::step)).toList();
        this.entries.stream().filter(entry -> entry.cause().equals(PLANNED)).forEach(entry -> planned.add(entry.step()));
    }

    /** The experiment's swaps, from the step on that {@code from} steps lead to. */
    static Script of(Experiment experiment, long from) {
        return new Script(planned(experiment, from).toList());
    }

    /**
     * The swaps that {@code history} tells of.
     *
     * @param folder of the run that makes them
     */
    static Script of(History history, RunFolder folder) {
        return new Script(recorded(history, folder).toList());
    }

    /**
     * For a run that goes on: the swaps that it had made after its checkpoint, and those of the experiment that it had not
     * come to.
     *
     * <p>A run that was interrupted a second time may not have come again to all that it had made before the first.
     *
     * @param journalled entries of the journal when the checkpoint was taken
     * @param from steps done at the checkpoint
     */
    static Script of(History history, RunFolder folder, long journalled, Experiment experiment, long from) {
        var repeated = history.repeatedFrom(journalled);
        var entries = new ArrayList<>(recorded(repeated, folder).toList());
        var decided = Stream.concat(history.effective().events(), repeated.events()).filter(Script::isDecided).map(Script::key).toList();
        planned(experiment, from).filter(entry -> !decided.contains(key(entry))).forEach(entries::add);
        return new Script(entries);
    }

    private static boolean isDecided(Event event) {
        return event instanceof Event.Swapped swapped && swapped.cause().equals(PLANNED)
                || event instanceof Event.Refused refused && refused.cause().equals(PLANNED);
    }

    private static String key(Event event) {
        return switch (event) {
            case Event.Swapped swapped -> swapped.step() + " " + swapped.socket() + " " + swapped.plugin();
            case Event.Refused refused -> refused.step() + " " + refused.socket() + " " + refused.plugin();
            default -> "";
        };
    }

    private static String key(Entry entry) {
        return entry.step() + " " + entry.change().socket() + " " + entry.change().plugin();
    }

    private static Stream<Entry> planned(Experiment experiment, long from) {
        return experiment.swaps().stream().filter(swap -> swap.step() >= from)
                .map(swap -> new Entry(swap.step(), Change.of(swap.socket(), swap.plug()), PLANNED));
    }

    private static Stream<Entry> recorded(History history, RunFolder folder) {
        return history.events().<Entry>mapMulti((event, sink) -> {
            if (event instanceof Event.Swapped swapped) {
                sink.accept(new Entry(swapped.step(), Change.again(swapped, folder), swapped.cause()));
            } else if (event instanceof Event.RolledBack back) {
                sink.accept(new Entry(back.step(), new Change.Back(), back.cause()));
            }
        });
    }

    /** Whether every swap that is taken back is one of these, too: the model before an earlier one is not kept. */
    boolean isRepeatable() {
        int swaps = 0;
        for (var entry : entries) {
            swaps += entry.change() instanceof Change.Back ? -1 : 1;
            if (swaps < 0) {
                return false;
            }
        }
        return true;
    }

    /** The entries not handed out yet, in their order, up to the first that is not {@code near}. */
    List<Entry> next(Predicate<Entry> near) {
        int from = next;
        while (next < entries.size() && near.test(entries.get(next))) {
            next++;
        }
        return entries.subList(from, next);
    }

    /** Whether the experiment file asks for a swap at this step. */
    boolean isPlanned(long step) {
        return planned.contains(step);
    }
}
