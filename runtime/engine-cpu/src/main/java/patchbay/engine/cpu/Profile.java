package patchbay.engine.cpu;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Where the time of runs goes, by kernel. */
final class Profile {

    private static final class Entry {
        private long nanos;
        private long launches;
        private boolean fast;
    }

    private final LongSupplier clock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** @param clock in nanoseconds */
    Profile(LongSupplier clock) {
        this.clock = clock;
    }

    /** {@code step} with its time taken on every run. */
    Runnable timed(String kernel, boolean fast, Runnable step) {
        var entry = entries.computeIfAbsent(kernel, _ -> new Entry());
        entry.fast = fast;
        return () -> {
            long start = clock.getAsLong();
            step.run();
            entry.nanos += clock.getAsLong() - start;
            entry.launches++;
        };
    }

    void reset() {
        entries.values().forEach(entry -> {
            entry.nanos = 0;
            entry.launches = 0;
        });
    }

    /** A line a kernel, the most expensive first: milliseconds, share, launches; a star marks a Vector API twin. */
    String table() {
        long total = entries.values().stream().mapToLong(entry -> entry.nanos).sum();
        var lines = new StringBuilder(String.format(Locale.ROOT, "%10.2f ms in kernels%n", total / 1e6));
        entries.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> each) -> each.getValue().nanos).reversed())
                .forEach(each -> lines.append(String.format(Locale.ROOT, "%10.2f ms %5.1f %% %7d × %s%s%n", each.getValue().nanos / 1e6,
                        100.0 * each.getValue().nanos / Math.max(1, total), each.getValue().launches, each.getKey(),
                        each.getValue().fast ? " *" : "")));
        return lines.toString();
    }
}
