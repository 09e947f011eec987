package patchbay.shell;

import java.time.Duration;
import java.util.Locale;

/** Numbers as a person reads them, the same in every country; what is not there is a dash. */
final class Numbers {

    private static final String NONE = "-";

    private Numbers() {}

    /** Nats with four digits. */
    static String loss(double nats) {
        return Double.isNaN(nats) ? NONE : String.format(Locale.ROOT, "%.4f", nats);
    }

    /** {@code 12,345}. */
    static String whole(double number) {
        return Double.isNaN(number) ? NONE : String.format(Locale.ROOT, "%,.0f", number);
    }

    /** {@code 1.23 M}. */
    static String large(long number) {
        if (number < 10_000) {
            return whole(number);
        }
        double value = number;
        for (var unit : new String[] {"k", "M"}) {
            value /= 1000;
            if (value < 999.5) {
                return String.format(Locale.ROOT, value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s", value, unit);
            }
        }
        return String.format(Locale.ROOT, "%.2f G", value / 1000);
    }

    /** {@code 512 MiB}. */
    static String bytes(long bytes) {
        return bytes < 1L << 30
                ? String.format(Locale.ROOT, "%,d MiB", bytes >> 20)
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }

    /** {@code 1:42} or {@code 2:01:42}. */
    static String time(double seconds) {
        if (!Double.isFinite(seconds)) {
            return NONE;
        }
        var time = Duration.ofSeconds(Math.round(seconds));
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }

    static String milliseconds(double milliseconds) {
        return Double.isNaN(milliseconds) ? NONE : String.format(Locale.ROOT, milliseconds < 9.95 ? "%.1f ms" : "%,.0f ms", milliseconds);
    }
}
