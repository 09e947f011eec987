package patchbay.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.SplittableRandom;
import patchbay.tensor.Kernel;

/**
 * Compares a vector kernel with its plain twin: the same values within a bound, the same bits in whatever ranges the rows are
 * computed, and nothing written but the rows that were asked for.
 */
final class TwinCheck {

    private TwinCheck() {}

    /** Uniform in [−2, 2). */
    static float[] random(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    /**
     * @param bound largest allowed {@code |fast − plain| / max(1, |plain|)}
     * @param arguments what follows first and count
     */
    static void compare(Class<?> plain, Class<?> fast, String name, int rows, double bound, Object... arguments) {
        var reference = Kernel.of(plain, name).method();
        var twin = twin(fast, reference);
        var expected = run(reference, arguments, 0, rows);
        var whole = run(twin, arguments, 0, rows);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof float[]) {
                assertClose(name + " argument " + i, (float[]) expected[i], (float[]) whole[i], bound);
            } else if (arguments[i] instanceof int[] ints) {
                assertArrayEquals(ints, (int[]) whole[i]);
            }
        }
        var random = new SplittableRandom(rows);
        for (int repeat = 0; repeat < 3; repeat++) {
            var parts = copy(arguments);
            int most = repeat == 0 ? 1 : Math.max(1, rows / 3);
            int at = 0;
            while (at < rows && (repeat > 0 || at < 50)) {
                int count = Math.min(rows - at, 1 + random.nextInt(most));
                call(twin, parts, at, count);
                at += count;
            }
            if (at < rows) {
                call(twin, parts, at, rows - at);
            }
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof float[]) {
                    assertArrayEquals((float[]) whole[i], (float[]) parts[i], name + " argument " + i + " in ranges up to " + most);
                }
            }
        }
    }

    private static Method twin(Class<?> fast, Method plain) {
        try {
            return fast.getMethod(plain.getName(), plain.getParameterTypes());
        } catch (NoSuchMethodException absent) {
            throw new AssertionError("no twin of " + plain, absent);
        }
    }

    private static Object[] run(Method method, Object[] arguments, int first, int count) {
        var own = copy(arguments);
        call(method, own, first, count);
        return own;
    }

    private static Object[] copy(Object[] arguments) {
        return Arrays.stream(arguments).map(argument -> switch (argument) {
            case float[] floats -> floats.clone();
            case int[] ints -> ints.clone();
            default -> argument;
        }).toArray();
    }

    private static void call(Method method, Object[] arguments, int first, int count) {
        var all = new Object[arguments.length + 2];
        all[0] = first;
        all[1] = count;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        try {
            method.invoke(null, all);
        } catch (InvocationTargetException error) {
            throw new AssertionError(method + " failed", error.getCause());
        } catch (IllegalAccessException error) {
            throw new AssertionError(error);
        }
    }

    private static void assertClose(String what, float[] expected, float[] actual, double bound) {
        assertEquals(Array.getLength(expected), Array.getLength(actual));
        for (int i = 0; i < expected.length; i++) {
            if (Float.compare(expected[i], actual[i]) != 0) {
                assertEquals(expected[i], actual[i], bound * Math.max(1, Math.abs(expected[i])), what + " element " + i);
            }
        }
    }
}
