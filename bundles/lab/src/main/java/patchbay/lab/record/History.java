package patchbay.lab.record;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that a journal says, in the order of its lines. */
public record History(List<Entry> entries) {

    public record Entry(Instant time, Event event) {}

    public History {
        entries = List.copyOf(entries);
    }

    /**
     * The history that counts: without what was undone when the run was resumed from an earlier checkpoint, and without what
     * was measured in steps that a rollback has undone.
     */
    public History effective() {
        return effectiveFrom(0);
    }

    /** Of the history that counts, what stands in the journal after its first {@code journalled} entries. */
    public History effectiveFrom(long journalled) {
        var kept = new ArrayList<Integer>();
        for (int i = 0; i < entries.size(); i++) {
            switch (entries.get(i).event()) {
                case Event.Resumed resumed -> kept.removeIf(index -> index >= resumed.journalled());
                case Event.RolledBack back -> kept.removeIf(index -> entries.get(index).event() instanceof Event.Evaluated evaluated
                        && evaluated.step() > back.step());
                default -> { }
            }
            kept.add(i);
        }
        return new History(kept.stream().filter(index -> index >= journalled).map(entries::get).toList());
    }

    /** Its first {@code journalled} entries. */
    public History upTo(long journalled) {
        return new History(entries.subList(0, (int) Math.min(journalled, entries.size())));
    }

    /**
     * What a run that is resumed from a checkpoint has to do again: the swaps and rollbacks that happened after its first {@code journalled}
     * entries, and those that it was to do again after an earlier interruption and had not come to.
     */
    public History repeatedFrom(long journalled) {
        var kept = new ArrayList<Integer>();
        var awaited = new ArrayDeque<Integer>();
        for (int i = 0; i < entries.size(); i++) {
            var event = entries.get(i).event();
            if (event instanceof Event.Resumed resumed) {
                var undone = kept.stream().filter(index -> index >= resumed.journalled()).toList();
                kept.removeAll(undone);
                undone.reversed().forEach(awaited::addFirst);
            } else if (event instanceof Event.Swapped || event instanceof Event.RolledBack || event instanceof Event.Refused) {
                if (!awaited.isEmpty() && isAgain(entries.get(awaited.getFirst()).event(), event)) {
                    awaited.removeFirst();
                }
                if (!(event instanceof Event.Refused)) {
                    kept.add(i);
                }
            }
        }
        return new History(Stream.concat(kept.stream().filter(index -> index >= journalled), awaited.stream()).map(entries::get).toList());
    }

    private static boolean isAgain(Event before, Event now) {
        return before.step() == now.step() && switch (before) {
            case Event.Swapped swapped -> now instanceof Event.Swapped again && again.socket().equals(swapped.socket())
                    && again.plugin().equals(swapped.plugin()) || now instanceof Event.Refused refused
                    && refused.socket().equals(swapped.socket()) && refused.plugin().equals(swapped.plugin());
            default -> now instanceof Event.RolledBack;
        };
    }

    public Stream<Event> events() {
        return entries.stream().map(Entry::event);
    }

    public <E extends Event> List<E> all(Class<E> type) {
        return events().filter(type::isInstance).map(type::cast).toList();
    }

    public <E extends Event> Optional<E> last(Class<E> type) {
        return all(type).stream().reduce((first, second) -> second);
    }

    /** How many entries there are up to the last one of at most {@code step} steps: where a checkpoint that does not say it was taken. */
    public long sizeAt(long step) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).event().step() <= step) {
                size = i + 1;
            }
        }
        return size;
    }

    /** What was in the sockets when the run began; empty if it never did. */
    public List<Fitted> wiringAtStart() {
        return all(Event.Started.class).stream().findFirst().map(Event.Started::wiring).orElse(List.of());
    }

    /** What is in the sockets after the last entry of this history, in the sockets' order. */
    public List<Fitted> wiring() {
        Map<String, Fitted> sockets = new LinkedHashMap<>();
        events().forEach(event -> {
            switch (event) {
                case Event.Started started -> replace(sockets, started.wiring());
                case Event.Resumed resumed -> replace(sockets, resumed.wiring());
                case Event.Swapped swapped -> replace(sockets, swapped.before(), swapped.after());
                case Event.RolledBack back -> replace(sockets, back.before(), back.after());
                default -> { }
            }
        });
        sockets.remove(Fitted.ENGINE);
        return List.copyOf(sockets.values());
    }

    private static void replace(Map<String, Fitted> sockets, List<Fitted> before, List<Fitted> after) {
        var stays = after.stream().map(Fitted::socket).toList();
        before.stream().map(Fitted::socket).filter(socket -> !stays.contains(socket)).forEach(sockets::remove);
        after.forEach(fitted -> sockets.put(fitted.socket(), fitted));
    }

    /** The engine that it was swapped to last; empty if it has the one that it began with. */
    public Optional<String> engine() {
        return events().flatMap(event -> switch (event) {
            case Event.Swapped swapped -> swapped.after().stream();
            case Event.RolledBack back -> back.after().stream();
            default -> Stream.<Fitted>empty();
        }).filter(fitted -> fitted.socket().equals(Fitted.ENGINE)).map(Fitted::plugin).reduce((_, last) -> last);
    }

    private static void replace(Map<String, Fitted> sockets, List<Fitted> wiring) {
        sockets.clear();
        wiring.forEach(fitted -> sockets.put(fitted.socket(), fitted));
    }
}
