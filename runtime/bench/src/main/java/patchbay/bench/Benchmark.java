package patchbay.bench;

import java.util.List;

/**
 * A table of figures.
 *
 * @param subject what it shows, in a few words
 * @param ratio what the ratio to a contender divides
 */
record Benchmark(String name, String subject, String ratio, List<Line> lines) {

    Benchmark {
        lines = List.copyOf(lines);
    }
}
