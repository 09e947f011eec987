package patchbay.lab.report;

import java.util.List;
import java.util.Locale;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.SwapEffect;

/**
 * Something that happened, as a line across the charts.
 *
 * @param kind {@code swapped}, {@code rolled-back}, {@code refused} or {@code resumed}: a class of the style sheet
 * @param label a word or two
 * @param detail the whole
 */
record Marker(long step, String kind, String label, String detail) {

    static List<Marker> of(List<Event> events) {
        return events.stream().<Marker>mapMulti((event, add) -> {
            switch (event) {
                case Event.Swapped s -> add.accept(new Marker(s.step(), "swapped", s.plugin(), detail(s) + ", " + s.cause()));
                case Event.RolledBack r -> add.accept(new Marker(r.step(), "rolled-back",
                        "back to " + r.after().stream().map(Fitted::plugin).findFirst().orElse("before"), detail(r) + ", " + r.cause()));
                case Event.Refused r -> add.accept(new Marker(r.step(), "refused", r.plugin() + " refused", detail(r) + ": " + r.reason()));
                case Event.Resumed r -> add.accept(new Marker(r.step(), "resumed", "resumed", "resumed from " + r.checkpoint()));
                default -> { }
            }
        }).toList();
    }

    private static String detail(Event event) {
        return String.format(Locale.ROOT, "step %,d: %s", event.step(), SwapEffect.label(event));
    }
}
