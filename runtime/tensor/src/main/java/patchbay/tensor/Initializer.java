package patchbay.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;

/** First values of a variable: a pure function of its shape and a seed (which the variable's name is mixed into). */
@FunctionalInterface
public interface Initializer {

    /** The {@code shape.size()} first values, row-major. */
    float[] values(Shape shape, long seed);

    static Initializer zeros() {
        return constant(0);
    }

    static Initializer ones() {
        return constant(1);
    }

    static Initializer constant(float value) {
        return (shape, seed) -> {
            var values = new float[shape.size()];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Normal with mean 0. */
    static Initializer normal(float deviation) {
        return (shape, seed) -> {
            var random = new SplittableRandom(seed);
            var values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            return values;
        };
    }

    /** Uniform in [−bound, bound). */
    static Initializer uniform(float bound) {
        return (shape, seed) -> {
            var random = new SplittableRandom(seed);
            var values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((random.nextDouble() * 2 - 1) * bound);
            }
            return values;
        };
    }

    /** Values known beforehand; the shape's size must be theirs. */
    static Initializer of(float... given) {
        return (shape, seed) -> {
            if (shape.size() != given.length) {
                throw new ShapeError("initial values: " + given.length + " given for shape " + shape);
            }
            return given.clone();
        };
    }
}
