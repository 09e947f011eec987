package patchbay.engine.cpu.vector;

import java.util.SplittableRandom;

/**
 * Arguments to compare a kernel's plain and fast forms on. The cases of the twins in class {@code X} stand in a class
 * {@code XCases} of this package with a method {@code static List<TwinCase> cases()}; a twin without a case fails the build.
 *
 * @param method name of the kernel
 * @param rows how many it computes
 * @param tolerance greatest difference allowed, as a part of the greatest magnitude in the array
 * @param arguments after {@code first} and {@code count}: arrays (compared afterwards, whether written or not) and scalars
 */
record TwinCase(String method, int rows, double tolerance, Object... arguments) {

    /** Sizes that are not multiples of anything. */
    static final int[] AWKWARD = {1, 2, 7, 13, 31, 32, 33, 64, 207, 1031};

    /** Uniform in [−1, 1). */
    static float[] floats(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    /** What an output array holds before: nothing that a kernel may rely on. */
    static float[] unset(int size) {
        var values = new float[size];
        java.util.Arrays.fill(values, Float.NaN);
        return values;
    }

    @Override
    public String toString() {
        var text = new StringBuilder(method).append(" of ").append(rows).append(" rows");
        for (var argument : arguments) {
            text.append(", ").append(argument.getClass().isArray()
                    ? argument.getClass().getComponentType() + "[" + java.lang.reflect.Array.getLength(argument) + "]" : argument);
        }
        return text.toString();
    }
}
