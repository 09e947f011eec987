package patchbay.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was measured of a line.
 *
 * @param contenders figures in the line's unit, ours first
 * @param ratios ours divided by each other contender's, by its name
 * @param peak the machine's limit: GFLOP/s or GB/s; NaN where there is none
 * @param share what ours makes of it
 */
record Figures(Line line, int threads, List<Samples> contenders, List<Samples> ratios, Samples peak, Samples share) {

    static Figures of(Line line, int threads, List<Samples> contenders, Samples peak) {
        var ours = contenders.getFirst();
        var ratios = contenders.stream().skip(1).map(other -> ours.with(other.name(), other, (a, b) -> a / b)).toList();
        double work = line.contenders().getFirst().work();
        var share = ours.with("share", peak, (mine, limit) -> work / line.unit().nanos(work, line.tokens(), mine) / limit);
        return new Figures(line, threads, List.copyOf(contenders), ratios, peak, share);
    }

    boolean hasPeak() {
        return !Double.isNaN(peak.median());
    }

    Optional<Samples> contender(String name) {
        return named(contenders, name);
    }

    Optional<Samples> ratio(String name) {
        return named(ratios, name);
    }

    private static Optional<Samples> named(List<Samples> samples, String name) {
        return samples.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
