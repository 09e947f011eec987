package patchbay.lab.contexts;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How fast time and memory grow with the length of a text: the exponents of the power laws that fit best, by least squares of the
 * logarithms.
 *
 * @param from the least T that was looked at
 * @param points how many were
 */
public record Growth(double time, double memory, int from, int points) {

    /** Shorter texts tell what a layer takes at all, rather than how that grows. */
    public static final int FROM = 4096;

    /** Of points of one attention at one work; empty where fewer than three are long enough. */
    public static Optional<Growth> of(List<Point> points) {
        var longer = points.stream().filter(point -> point.tokens() >= FROM).toList();
        if (longer.size() < 3) {
            return Optional.empty();
        }
        return Optional.of(new Growth(exponent(longer, Point::seconds), exponent(longer, Point::bytes),
                longer.stream().mapToInt(Point::tokens).min().orElseThrow(), longer.size()));
    }

    /** The slope of log y over log T. */
    static double exponent(List<Point> points, ToDoubleFunction<Point> y) {
        double x0 = points.stream().mapToDouble(point -> Math.log(point.tokens())).average().orElseThrow();
        double y0 = points.stream().mapToDouble(point -> Math.log(y.applyAsDouble(point))).average().orElseThrow();
        double covariance = 0;
        double variance = 0;
        for (var point : points) {
            double x = Math.log(point.tokens()) - x0;
            covariance += x * (Math.log(y.applyAsDouble(point)) - y0);
            variance += x * x;
        }
        return covariance / variance;
    }
}
