package patchbay.bench;

import java.util.List;
import java.util.Optional;

/**
 * A table of figures.
 *
 * @param subject what it shows, in a few words
 * @param ratio what the ratio to a contender divides
 * @param footprints what is told of memory under the table
 * @param gauge how its lines are measured, if not by JMH
 */
record Benchmark(String name, String subject, String ratio, List<Line> lines, List<Footprint> footprints, Optional<Gauge> gauge) {

    /** Measures all lines at once, where what is measured cannot be repeated by itself. */
    interface Gauge {
        List<Figures> measure(Benchmark benchmark, int threads, Measuring measuring);
    }

    Benchmark {
        lines = List.copyOf(lines);
        footprints = List.copyOf(footprints);
    }

    Benchmark(String name, String subject, String ratio, List<Line> lines) {
        this(name, subject, ratio, lines, List.of(), Optional.empty());
    }

    Benchmark(String name, String subject, String ratio, List<Line> lines, List<Footprint> footprints) {
        this(name, subject, ratio, lines, footprints, Optional.empty());
    }

    /** The figures of line {@code number} and those that come with it. */
    List<Figures> measure(Measuring measuring, int number, int threads) {
        return gauge.map(all -> number == 0 ? all.measure(this, threads, measuring) : List.<Figures>of())
                .orElseGet(() -> List.of(measuring.measure(this, number, threads)));
    }
}
