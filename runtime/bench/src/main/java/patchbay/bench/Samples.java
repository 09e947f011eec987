package patchbay.bench;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** A figure measured once a round. */
record Samples(String name, double[] values) {

    Samples {
        values = values.clone();
        if (values.length == 0) {
            throw new IllegalArgumentException(name + ": no samples");
        }
    }

    double median() {
        var sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double min() {
        return Arrays.stream(values).min().getAsDouble();
    }

    double max() {
        return Arrays.stream(values).max().getAsDouble();
    }

    /** Round by round: what disturbed one round disturbed both sides of it. */
    Samples with(String name, Samples other, DoubleBinaryOperator operator) {
        if (other.values.length != values.length) {
            throw new IllegalArgumentException(this.name + " has " + values.length + " rounds, " + other.name + " " + other.values.length);
        }
        var both = new double[values.length];
        for (int round = 0; round < both.length; round++) {
            both[round] = operator.applyAsDouble(values[round], other.values[round]);
        }
        return new Samples(name, both);
    }
}
