package patchbay.lab.search;

import java.util.Arrays;

/**
 * Some values of one quantity.
 *
 * @param spread the sample's standard deviation; NaN of fewer than two
 * @param interval half of the width of the mean's 95 % confidence interval, by Student's t; NaN of fewer than two
 */
record Sample(int size, double mean, double spread, double interval) {

    static Sample of(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        if (values.length < 2) {
            return new Sample(values.length, mean, Double.NaN, Double.NaN);
        }
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        double spread = Math.sqrt(squares / (values.length - 1));
        return new Sample(values.length, mean, spread, StudentT.quantile95(values.length - 1) * spread / Math.sqrt(values.length));
    }
}
