package patchbay.lab.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import patchbay.model.Plug;

/**
 * A run shortly before and after its plugins changed. NaN where nothing was measured.
 *
 * @param step after how many steps it took effect
 * @param label {@code layers.*.moe.router ← cosine}
 * @param validationBefore the last held-out loss before, in nats
 * @param validationNext the first one after
 * @param validationLast the last one before the next change, or the end
 * @param maxVioBefore mean over the layers and over at most {@link #WINDOW} steps
 * @param speedBefore median of tokens per second over as many steps
 * @param pauseMillis how long the training stood still
 */
public record SwapEffect(long step, String label, double validationBefore, double validationNext, double validationLast,
        double maxVioBefore, double maxVioAfter, double speedBefore, double speedAfter, double pauseMillis) {

    /** Steps on each side that are looked at. */
    public static final int WINDOW = 50;

    /** One for every swap and rollback of a history that counts ({@link History#effective}). */
    public static List<SwapEffect> of(History history, Series series) {
        var events = history.events().toList();
        var changes = new ArrayList<Integer>();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof Event.Swapped || events.get(i) instanceof Event.RolledBack) {
                changes.add(i);
            }
        }
        var effects = new ArrayList<SwapEffect>();
        for (int c = 0; c < changes.size(); c++) {
            int previous = c == 0 ? -1 : changes.get(c - 1);
            int at = changes.get(c);
            int next = c + 1 < changes.size() ? changes.get(c + 1) : events.size();
            long step = events.get(at).step();
            var before = evaluations(events.subList(previous + 1, at));
            var after = evaluations(events.subList(at + 1, next));
            int boundary = series.after(step);
            int first = Math.max(previous < 0 ? 0 : series.after(events.get(previous).step()), boundary - WINDOW);
            int last = Math.min(next < events.size() ? series.after(events.get(next).step()) : series.size(), boundary + WINDOW);
            effects.add(new SwapEffect(step, label(events.get(at)),
                    before.length == 0 ? Double.NaN : before[before.length - 1],
                    after.length == 0 ? Double.NaN : after[0],
                    after.length == 0 ? Double.NaN : after[after.length - 1],
                    mean(series.maxVio(), first, boundary), mean(series.maxVio(), boundary, last),
                    median(series.tokensPerSecond(), first, boundary), median(series.tokensPerSecond(), boundary, last),
                    pause(events.get(at))));
        }
        return effects;
    }

    private static double[] evaluations(List<Event> events) {
        return events.stream().filter(Event.Evaluated.class::isInstance).mapToDouble(event -> ((Event.Evaluated) event).loss()).toArray();
    }

    /** A change in a few words. */
    public static String label(Event event) {
        return switch (event) {
            case Event.Swapped swapped -> swapped.socket() + " ← " + swapped.plugin() + (swapped.options().isEmpty() ? "" : " " + Plug.brief(swapped.options()));
            case Event.RolledBack back -> "back to " + (back.after().isEmpty() ? "what was before"
                    : String.join(", ", back.after().stream().map(Fitted::plugin).distinct().toList()));
            case Event.Refused refused -> refused.socket() + " ← " + refused.plugin() + (refused.options().isEmpty() ? "" : " " + Plug.brief(refused.options()));
            default -> event.getClass().getSimpleName();
        };
    }

    private static double pause(Event event) {
        return switch (event) {
            case Event.Swapped swapped -> swapped.pauseMillis();
            case Event.RolledBack back -> back.pauseMillis();
            default -> Double.NaN;
        };
    }

    private static double mean(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return to > from ? sum / (to - from) : Double.NaN;
    }

    private static double median(float[] values, int from, int to) {
        if (to <= from) {
            return Double.NaN;
        }
        var sorted = Arrays.copyOfRange(values, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /**
     * A table for the shell: three lines a change.
     *
     * @param units what the run counts: {@code tokens}
     */
    public static String table(List<SwapEffect> effects, String units) {
        var text = new StringBuilder();
        for (var effect : effects) {
            text.append(String.format(Locale.ROOT, "step %,d: %s (pause %.0f ms)%n", effect.step(), effect.label(), effect.pauseMillis()));
            text.append(String.format("  %-18s %10s %10s%n", "", "before", "after"));
            text.append(row("validation loss", "%.4f", effect.validationBefore(), effect.validationLast()));
            text.append(row("MaxVio", "%.3f", effect.maxVioBefore(), effect.maxVioAfter()));
            text.append(row(units + "/s", "%,.0f", effect.speedBefore(), effect.speedAfter()));
        }
        return text.toString();
    }

    private static String row(String name, String format, double before, double after) {
        return String.format("  %-18s %10s %10s%n", name, number(format, before), number(format, after));
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }
}
