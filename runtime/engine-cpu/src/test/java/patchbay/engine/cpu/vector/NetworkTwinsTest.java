package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCheck.compare;
import static patchbay.engine.cpu.vector.TwinCheck.random;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTwinsTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 8", "207, 13", "13, 207", "3, 4098", "4098, 3", "7, 64"})
    void softmax(int rows, int n) {
        var plain = patchbay.kernels.Softmax.class;
        var x = random(rows * n, 1);
        var dy = random(rows * n, 2);
        var p = x.clone();
        patchbay.kernels.Softmax.softmax(0, rows, x, p, n);
        var logarithms = x.clone();
        patchbay.kernels.Softmax.logSoftmax(0, rows, x, logarithms, n);
        compare(plain, Softmax.class, "softmax", rows, 1e-6, x, new float[rows * n], n);
        compare(plain, Softmax.class, "softmaxGradient", rows, 1e-5, p, dy, new float[rows * n], n);
        compare(plain, Softmax.class, "logSoftmax", rows, 1e-5, x, new float[rows * n], n);
        compare(plain, Softmax.class, "logSoftmaxGradient", rows, 1e-5, logarithms, dy, new float[rows * n], n);
        int[] targets = IntStream.range(0, rows).map(r -> r % 5 == 4 ? -1 : r % 7 == 6 ? n : r * 31 % n).toArray();
        var normalizer = new float[rows];
        patchbay.kernels.Softmax.crossEntropy(0, rows, x, targets, new float[rows], normalizer, n);
        compare(plain, Softmax.class, "crossEntropy", rows, 1e-5, x, targets, new float[rows], new float[rows], n);
        compare(plain, Softmax.class, "crossEntropyGradient", rows, 1e-5, x, targets, normalizer, random(rows, 3), new float[rows * n], n);
    }

    @Test
    void softmaxOfExtremes() {
        float infinity = Float.POSITIVE_INFINITY;
        var x = random(6 * 21, 1);
        Arrays.fill(x, 0, 21, -infinity);
        Arrays.fill(x, 21, 30, -infinity);
        x[50] = 1e30f;
        x[70] = -1e30f;
        x[90] = Float.NaN;
        compare(patchbay.kernels.Softmax.class, Softmax.class, "softmax", 6, 1e-6, x, new float[x.length], 21);
        compare(patchbay.kernels.Softmax.class, Softmax.class, "logSoftmax", 6, 1e-6, x, new float[x.length], 21);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 8", "207, 13", "13, 207", "3, 4098", "4098, 3", "70, 128"})
    void normalization(int rows, int n) {
        var plain = patchbay.kernels.Normalization.class;
        var x = random(rows * n, 1);
        var dy = random(rows * n, 2);
        var weight = random(n, 3);
        var bias = random(n, 4);
        var out = new float[rows * n];
        var mean = new float[rows];
        var inverse = new float[rows];
        int chunk = 32;
        int chunks = (rows + chunk - 1) / chunk;
        var partial = random(chunks * n, 5);
        compare(plain, Normalization.class, "rmsNorm", rows, 1e-5, x, weight, out, inverse, n, 1e-5f);
        compare(plain, Normalization.class, "layerNorm", rows, n == 1 ? 1e-3 : 2e-5, x, weight, bias, out, mean, inverse, n, 1e-5f);
        patchbay.kernels.Normalization.layerNorm(0, rows, x, weight, bias, out, mean, inverse, n, 0.1f);
        compare(plain, Normalization.class, "layerNormGradient", rows, 2e-5, x, weight, mean, inverse, dy, out, n);
        compare(plain, Normalization.class, "layerNormWeight", chunks, 1e-5, x, mean, inverse, dy, partial, partial.clone(), rows, n, chunk);
        patchbay.kernels.Normalization.rmsNorm(0, rows, x, weight, out, inverse, n, 0.1f);
        compare(plain, Normalization.class, "rmsNormGradient", rows, 2e-5, x, weight, inverse, dy, out, n);
        compare(plain, Normalization.class, "rmsNormWeight", chunks, 1e-5, x, inverse, dy, partial, rows, n, chunk);
        compare(plain, Normalization.class, "sumChunks", n, 1e-5, partial, new float[n], chunks, n);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 207, 4098})
    void elements(int size) {
        var x = random(size, 1);
        x[size / 2] = -300;
        var other = random(size, 2);
        var dy = random(size, 3);
        var plain = patchbay.kernels.Gated.class;
        compare(plain, Gated.class, "siluMultiply", size, 1e-6, x, other, new float[size]);
        compare(plain, Gated.class, "siluMultiplyGradient", size, 1e-6, x, other, dy, new float[size], new float[size]);
        int[] step = {12345};
        compare(patchbay.kernels.Noise.class, Noise.class, "dropout", size, 0, x, step, new float[size], 99, 0.3f);
        var squares = dy.clone();
        for (int i = 0; i < size; i++) {
            squares[i] *= squares[i];
        }
        float[] hyper = {0.01f, 0.3f, 0.02f};
        compare(patchbay.kernels.Optimizer.class, Optimizer.class, "adamW", size, 1e-6, x, other, dy, squares, hyper, new float[] {0.7f},
                new float[size], new float[size], new float[size], 0.9f, 0.95f, 1e-8f, 0.1f);
        int chunks = (size + 63) / 64;
        compare(patchbay.kernels.Optimizer.class, Optimizer.class, "squares", chunks, 1e-5, x, new float[chunks + 3], size, 64, 2);
    }
}
