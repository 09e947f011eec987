package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.kernels.Attention;
import patchbay.kernels.Functions;
import patchbay.kernels.Normalization;
import patchbay.kernels.RangedAttention;
import patchbay.kernels.Reductions;
import patchbay.kernels.Softmax;
import patchbay.kernels.Sorting;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Launch.Argument;
import patchbay.tensor.TensorType;

/** Forms that share a row among threads, as they are chosen, run on the JVM against the plain kernels. */
class LongRowsTest {

    private static final int ROWS = 3;
    /** Three elements are worth a thread. */
    private static final Forms FORMS = new Forms(Optional.of(new Shares(3)), Optional.empty());

    private static float[] random(int size, int seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    /** Of that many rows of n, with what a row may have in it that is no number, or too large for its exponential. */
    private static float[] awkward(int n) {
        var x = random(ROWS * n, 1);
        Arrays.fill(x, n, 2 * n, Float.NEGATIVE_INFINITY);
        x[0] = 300;
        x[3 * n - 1] = Float.NEGATIVE_INFINITY;
        return x;
    }

    /** Runs the plain kernel and what is chosen in its place, and compares what they write. */
    private static void compare(Launch launch, boolean shared, List<?> inputs, List<?> outputs) {
        var expected = run(List.of(new Form.Pass(launch.kernel().method(), launch.rows(), launch.arguments())), inputs, outputs, List.of());
        var form = FORMS.of(launch, 1);
        assertTrue(shared == !form.passes().getFirst().kernel().equals(launch.kernel().method()), () -> form.passes().getFirst().kernel().toString());
        var actual = run(form.passes(), inputs, outputs, form.scratch().stream().map(TensorType::array).toList());
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof int[] ints) {
                assertArrayEquals(ints, (int[]) actual.get(i));
            } else {
                double error = OperationsTest.error((float[]) expected.get(i), (float[]) actual.get(i));
                assertTrue(error < 5e-6, "output " + i + ": error " + error);
            }
        }
    }

    /** The outputs, each pass in two halves; an array among the inputs that is an output as well is written over. */
    private static List<Object> run(List<Form.Pass> passes, List<?> inputs, List<?> outputs, List<?> scratch) {
        var in = new ArrayList<Object>(inputs.stream().map(LongRowsTest::copy).toList());
        var out = new ArrayList<Object>(outputs.stream().map(LongRowsTest::copy).toList());
        for (int i = 0; i < in.size(); i++) {
            int at = outputs.indexOf(inputs.get(i)); // arrays are equal only to themselves
            if (at >= 0) {
                in.set(i, out.get(at));
            }
        }
        var own = Stream.concat(Stream.of(copy(outputs.getFirst())), scratch.stream()).toList(); // the operation's, then the form's
        for (var pass : passes) {
            for (int half = 0; half < 2; half++) {
                var arguments = new ArrayList<Object>(List.of(half * (pass.rows() / 2), half == 0 ? pass.rows() / 2 : pass.rows() - pass.rows() / 2));
                for (var argument : pass.arguments()) {
                    arguments.add(switch (argument) {
                        case Argument.Input(int index) -> in.get(index);
                        case Argument.Output(int index) -> out.get(index);
                        case Argument.Scratch(int index) -> own.get(index);
                        case Argument.IntValue(int value) -> value;
                        case Argument.FloatValue(float value) -> value;
                    });
                }
                try {
                    pass.kernel().invoke(null, arguments.toArray());
                } catch (ReflectiveOperationException error) {
                    throw new AssertionError(pass.kernel() + ": " + error.getCause(), error);
                }
            }
        }
        return out;
    }

    private static Object copy(Object array) {
        var copy = Array.newInstance(array.getClass().componentType(), Array.getLength(array));
        System.arraycopy(array, 0, copy, 0, Array.getLength(array));
        return copy;
    }

    private static Launch launch(Class<?> kernels, String name, int rows) {
        return Launch.of(Kernel.of(kernels, name), rows);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 207, 4098})
    void softmax(int n) {
        var x = awkward(n);
        boolean shared = n > 1;
        for (var name : List.of("softmax", "logSoftmax")) {
            compare(launch(Softmax.class, name, ROWS).input(0).output(0).value(n), shared, List.of(x), List.of(random(ROWS * n, 2)));
            compare(launch(Softmax.class, name, ROWS).input(0).output(0).value(n), shared, List.of(x), List.of(x));
        }
        var y = random(ROWS * n, 3);
        var dy = random(ROWS * n, 4);
        for (var name : List.of("softmaxGradient", "logSoftmaxGradient")) {
            compare(launch(Softmax.class, name, ROWS).input(0).input(1).output(0).value(n), shared, List.of(y, dy), List.of(dy));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 207, 4098})
    void crossEntropy(int n) {
        for (var targets : List.of(new int[] {n - 1, 0, n / 2}, new int[] {-1, -1, n})) {
            compare(launch(Softmax.class, "crossEntropy", ROWS).input(0).input(1).output(0).output(1).value(n), n > 1, List.of(awkward(n), targets),
                    List.of(new float[ROWS], random(ROWS, 1)));
            compare(launch(Softmax.class, "crossEntropyGradient", ROWS).input(0).input(1).input(2).input(3).output(0).value(n), true,
                    List.of(random(ROWS * n, 1), targets, random(ROWS, 2), random(ROWS, 3)), List.of(random(ROWS * n, 4)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 207, 4098})
    void norms(int n) {
        boolean shared = n > 1;
        var x = random(ROWS * n, 1);
        var weight = random(n, 2);
        var dy = random(ROWS * n, 3);
        var mean = random(ROWS, 4);
        var inverse = random(ROWS, 5);
        compare(launch(Normalization.class, "rmsNorm", ROWS).input(0).input(1).output(0).output(1).value(n).value(1e-5f), shared,
                List.of(x, weight), List.of(x, new float[ROWS]));
        compare(launch(Normalization.class, "rmsNormGradient", ROWS).input(0).input(1).input(2).input(3).output(0).value(n), shared,
                List.of(x, weight, inverse, dy), List.of(dy));
        compare(launch(Normalization.class, "rmsNormWeight", 2).input(0).input(1).input(2).output(0).value(ROWS).value(n).value(2), true,
                List.of(x, inverse, dy), List.of(random(2 * n, 6)));
        compare(launch(Normalization.class, "layerNorm", ROWS).input(0).input(1).input(2).output(0).output(1).output(2).value(n).value(1e-5f), shared,
                List.of(x, weight, random(n, 7)), List.of(x, new float[ROWS], new float[ROWS]));
        compare(launch(Normalization.class, "layerNormGradient", ROWS).input(0).input(1).input(2).input(3).input(4).output(0).value(n), shared,
                List.of(x, weight, mean, inverse, dy), List.of(dy));
        compare(launch(Normalization.class, "layerNormWeight", 2).input(0).input(1).input(2).input(3).output(0).output(1).value(ROWS).value(n).value(2),
                true, List.of(x, mean, inverse, dy), List.of(random(2 * n, 6), random(2 * n, 8)));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 1", "207, 2", "4098, 1"})
    void extremes(int n, int inner) {
        var x = random(ROWS * n * inner, 1);
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.round(20 * x[i]); // many are equal
        }
        for (var values : List.of(x, nans(x, n))) {
            for (var name : List.of("max", "min")) {
                compare(launch(Reductions.class, name, ROWS * inner).input(0).output(0).output(1).value(n).value(inner), n > 1, List.of(values),
                        List.of(new float[ROWS * inner], new int[ROWS * inner]));
            }
        }
    }

    private static float[] nans(float[] x, int n) {
        var some = x.clone();
        some[n / 2] = Float.NaN;
        some[n - 1] = Float.NaN;
        some[some.length - 1] = Float.NaN;
        return some;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 64, 65, 128, 207, 4098})
    void argsort(int n) {
        var x = random(ROWS * n, 1);
        for (int i = 0; i < n; i++) {
            x[i] = Math.round(20 * x[i]); // many are equal
        }
        for (var values : List.of(x, nans(x, n))) {
            for (int descending = 0; descending < 2; descending++) {
                compare(launch(Sorting.class, "argsort", ROWS).input(0).output(0).scratch(0).value(n).value(descending), true, List.of(values),
                        List.of(new int[ROWS * n]));
            }
        }
    }

    /** One query a sequence, or two, of a cache with room to spare: all keys up to its own, a window, a bias with a cap. */
    @ParameterizedTest
    @CsvSource({"1, 0, 1", "13, 9, 1", "207, 100, 2", "4098, 4000, 1", "207, 2, 2"})
    void decoding(int keys, int start, int time) {
        int heads = 4;
        int groups = 2;
        var q = random(2 * time * heads * 6, 1);
        var k = random(2 * keys * groups * 6, 2);
        var v = random(2 * keys * groups * 5, 3);
        var bias = random(heads * keys, 4);
        for (int window : new int[] {1 << 30, 0, 50}) {
            for (int distances : window == 0 ? new int[] {0} : new int[] {0, keys}) {
                compare(launch(Attention.class, "attention", 2 * time * heads).input(0).input(1).input(2).input(3).input(4).output(0).output(1)
                        .value(time).value(keys).value(heads).value(groups).value(6).value(5).value(window).value(distances).value(0.4f)
                        .value(distances > 0 ? 2f : 0f), Math.min(keys, window > 0 ? window : keys) >= 12, List.of(q, k, v, new int[] {start}, bias),
                        List.of(random(2 * time * heads * 5, 5), new float[2 * time * heads]));
            }
        }
    }

    /** Lists of both heads or of one, of both sequences or of one; with a bias and without. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 2, 1", "13, 1, 2", "100, 2, 2"})
    void gradientsOfRanges(int time, int sequences, int sharers) {
        int heads = 4;
        int groups = 2;
        int start = 3;
        int keys = time + start;
        var ranges = new int[sequences * time * sharers * 4];
        for (int list = 0; list < ranges.length / 4; list++) { // an early span, and one up to the query's own; the first may be empty
            int t = start + list / sharers % time;
            int middle = Math.max(0, t - list % 4);
            ranges[4 * list + 1] = Math.min(middle, list % 3);
            ranges[4 * list + 2] = middle;
            ranges[4 * list + 3] = t + 1;
        }
        var q = random(2 * time * heads * 3, 1);
        var k = random(2 * keys * groups * 3, 2);
        var v = random(2 * keys * groups * 5, 3);
        var normalizer = random(2 * heads * time, 5);
        for (int distances : new int[] {0, keys}) {
            var launch = launch(RangedAttention.class, "gradients", 2 * groups).input(0).input(1).input(2).input(3).input(4).input(5).input(6).input(7).input(8)
                    .output(0).output(1).output(2);
            launch = distances == 0 ? launch.scratch(0) : launch.output(3); // what stands for the bias's where there is none
            compare(launch.value(time).value(keys).value(heads).value(groups).value(3).value(5)
                    .value(sequences).value(sharers).value(2).value(distances).value(0.4f), true,
                    List.of(q, k, v, ranges, new int[] {start}, random(heads * keys, 4), random(2 * time * heads * 5, 6), normalizer, random(2 * heads * time, 7)),
                    List.of(random(q.length, 8), random(k.length, 9), random(v.length, 8), random(2 * heads * keys, 9)));
        }
    }

    @Test
    void conversions() {
        float[] x = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0x1p31f, -0x1p31f, 0x1.fffffep30f, -3e9f, 3e9f, -0f, 1.9f, -1.9f};
        compare(launch(Functions.class, "toInt", x.length).input(0).output(0), true, List.of(x), List.of(new int[x.length]));
    }
}
