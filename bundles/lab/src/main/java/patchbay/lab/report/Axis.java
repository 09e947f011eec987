package patchbay.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of values along a range of pixels.
 *
 * @param from value at the pixel {@code start}
 * @param to value at the pixel {@code end}; greater than {@code from}
 */
record Axis(double from, double to, double start, double end) {

    Axis {
        if (!(to > from && Double.isFinite(to - from))) { // one value, or none: some room around it
            double middle = Double.isFinite(from) ? from : 0;
            double room = Math.max(Math.abs(middle) * 0.1, 1e-6);
            from = middle - room;
            to = middle + room;
        }
    }

    double at(double value) {
        return start + (value - from) / (to - from) * (end - start);
    }

    /** Round values inside the range, about {@code count} of them. */
    List<Double> ticks(int count) {
        double step = step(count);
        var ticks = new ArrayList<Double>();
        for (double i = Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
            ticks.add(i * step + 0.0); // and not -0
        }
        return ticks;
    }

    /** As many digits as it takes to tell the ticks apart. */
    String label(double tick, int count) {
        double step = step(count);
        if (step >= 1) {
            return String.format(Locale.ROOT, "%,.0f", tick);
        }
        return step < 1e-3 ? String.format(Locale.ROOT, "%.1e", tick)
                : String.format(Locale.ROOT, "%." + (int) Math.ceil(-Math.log10(step) - 1e-9) + "f", tick);
    }

    private double step(int count) {
        double rough = (to - from) / count;
        double power = StrictMath.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= rough) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
