package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {

    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 7", "2, 207", "207, 3"})
    void softmaxAndItsLogarithm(int rows, int n) {
        var x = Numeric.random(rows * n, 1);
        var p = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += Math.exp(x[r * n + j]);
            }
            for (int j = 0; j < n; j++) {
                p[r * n + j] = Math.exp(x[r * n + j]) / sum;
            }
        }
        var shape = Shape.of(rows, n);
        Numeric.assertClose(p, Numeric.values(graph -> graph.constant(shape, x).softmax()), 1e-6);
        Numeric.assertClose(Arrays.stream(p).map(Math::log).toArray(),
                Numeric.values(graph -> graph.constant(shape, x).logSoftmax()), 1e-5);
        Numeric.gradients((graph, in) -> in.getFirst().softmax(), shape);
        Numeric.gradients((graph, in) -> in.getFirst().logSoftmax(), shape);
    }

    @Test
    void softmaxOfExtremes() {
        float[] x = {1e30f, -1e30f, 0, -INFINITY, 0, -INFINITY, -INFINITY, -INFINITY, -INFINITY};
        var p = Numeric.values(graph -> graph.constant(Shape.of(3, 3), x).softmax());
        assertArrayEquals(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 0}, p);
        var logarithms = Numeric.values(graph -> graph.constant(Shape.of(3, 3), x).logSoftmax());
        assertArrayEquals(new float[] {0, -2e30f, -1e30f, -INFINITY, 0, -INFINITY, -INFINITY, -INFINITY, -INFINITY}, logarithms);
        var poisoned = Numeric.values(graph -> graph.constant(Shape.of(3), 0f, Float.NaN, 1f).softmax());
        assertTrue(Float.isNaN(poisoned[0]) && Float.isNaN(poisoned[2]), "NaN must not be hidden");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 7", "5, 207"})
    void crossEntropyIsTheNegativeLogProbability(int rows, int n) {
        var x = Numeric.random(rows * n, 1);
        int[] targets = IntStream.range(0, rows).map(r -> r % 4 == 3 ? -1 : r * 5 % n).toArray();
        var loss = Numeric.values(graph -> graph.constant(Shape.of(rows, n), x).crossEntropy(graph.constant(Shape.of(rows), targets)));
        var logarithms = Numeric.values(graph -> graph.constant(Shape.of(rows, n), x).logSoftmax());
        for (int r = 0; r < rows; r++) {
            assertEquals(targets[r] < 0 ? 0 : -logarithms[r * n + targets[r]], loss[r], 1e-5);
        }
        Numeric.gradients((graph, in) -> in.getFirst().crossEntropy(graph.constant(Shape.of(rows), targets)), Shape.of(rows, n));
    }

    @Test
    void aTargetBeyondTheClassesIsNotHidden() {
        var loss = Numeric.values(graph -> graph.constant(Shape.of(2, 2), 1f, 2f, 3f, 4f).crossEntropy(graph.constant(Shape.of(2), 2, 0)));
        assertTrue(Float.isNaN(loss[0]));
        assertFalse(Float.isNaN(loss[1]));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 13", "33, 5", "100, 7", "2, 207"})
    void rmsNorm(int rows, int n) {
        var x = Numeric.random(rows * n, 1);
        var weight = Numeric.random(n, 2);
        var expected = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            double squares = 0;
            for (int j = 0; j < n; j++) {
                squares += (double) x[r * n + j] * x[r * n + j];
            }
            for (int j = 0; j < n; j++) {
                expected[r * n + j] = x[r * n + j] / Math.sqrt(squares / n + 0.01) * weight[j];
            }
        }
        var y = Numeric.values(graph -> graph.constant(Shape.of(rows, n), x).rmsNorm(graph.constant(Shape.of(n), weight), 0.01f));
        Numeric.assertClose(expected, y, 1e-5);
        Numeric.gradients((graph, in) -> in.get(0).rmsNorm(in.get(1), 0.01f), Shape.of(rows, n), Shape.of(n));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "3, 13", "33, 5", "100, 7", "2, 207"})
    void layerNorm(int rows, int n) {
        var x = Numeric.random(rows * n, 1);
        var weight = Numeric.random(n, 2);
        var bias = Numeric.random(n, 3);
        var expected = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            double mean = 0;
            double squares = 0;
            for (int j = 0; j < n; j++) {
                mean += x[r * n + j] / (double) n;
            }
            for (int j = 0; j < n; j++) {
                squares += (x[r * n + j] - mean) * (x[r * n + j] - mean);
            }
            for (int j = 0; j < n; j++) {
                expected[r * n + j] = (x[r * n + j] - mean) / Math.sqrt(squares / n + 0.01) * weight[j] + bias[j];
            }
        }
        var y = Numeric.values(graph -> graph.constant(Shape.of(rows, n), x)
                .layerNorm(graph.constant(Shape.of(n), weight), graph.constant(Shape.of(n), bias), 0.01f));
        Numeric.assertClose(expected, y, 1e-5);
        Numeric.gradients((graph, in) -> in.get(0).layerNorm(in.get(1), in.get(2), 0.01f), Shape.of(rows, n), Shape.of(n), Shape.of(n));
    }

    @Test
    void rotaryTurnsPairsByTheirPosition() {
        int time = 5;
        int dim = 8;
        int dims = 6;
        var x = Numeric.random(2 * time * 3 * dim, 1);
        var y = Numeric.values(graph -> graph.constant(Shape.of(2, time, 3, dim), x)
                .rotary(graph.constant(Shape.of(1), 40), 100, dims));
        var expected = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int j = i % dim;
            int t = i / dim / 3 % time;
            double angle = (40 + t) * Math.pow(100, -2.0 * (j % 3) / dims);
            expected[i] = j >= dims ? x[i]
                    : j < 3 ? x[i] * Math.cos(angle) - x[i + 3] * Math.sin(angle)
                    : x[i] * Math.cos(angle) + x[i - 3] * Math.sin(angle);
        }
        Numeric.assertClose(expected, y, 1e-5);
        Numeric.gradients((graph, in) -> in.getFirst().rotary(graph.constant(Shape.of(1), 7), 10000), Shape.of(2, 5, 3, 4));
        Numeric.gradients((graph, in) -> in.getFirst().rotary(graph.constant(Shape.of(1), 7), 10000, 2), Shape.of(1, 13, 1, 6));
    }

    @Test
    void rotaryScoresDependOnDistanceOnly() {
        var q = Numeric.random(16, 1);
        var k = Numeric.random(16, 2);
        var scores = new double[2];
        for (int shift = 0; shift < 2; shift++) {
            int start = shift * 100;
            var turned = Numeric.all(graph -> List.of(
                    graph.constant(Shape.of(1, 1, 1, 16), q).rotary(graph.constant(Shape.of(1), start + 9), 10000),
                    graph.constant(Shape.of(1, 1, 1, 16), k).rotary(graph.constant(Shape.of(1), start + 4), 10000)));
            for (int d = 0; d < 16; d++) {
                scores[shift] += turned.get(0)[d] * turned.get(1)[d];
            }
        }
        assertEquals(scores[0], scores[1], 1e-4);
    }

    @Test
    void layersShareOneTableOfAngles() {
        var graph = new Graph();
        var start = graph.input("start", TensorType.i32(1));
        var x = graph.input("x", TensorType.f32(1, 4, 2, 8));
        x.rotary(start, 10000).rotary(start, 10000).rotary(start, 500);
        assertEquals(2, graph.nodes().stream().filter(node -> node.operation().name().equals("rotary-table")).count());
    }

    @Test
    void dropoutKeepsTheMeanAndItsMask() {
        var ones = new float[100_000];
        Arrays.fill(ones, 1);
        int size = ones.length;
        var out = Numeric.all(graph -> {
            var x = graph.constant(Shape.of(size), ones);
            var step = graph.constant(Shape.of(1), 5);
            var y = x.dropout(0.3f, step, 17);
            return List.of(y, x.dropout(0.3f, step, 17), x.dropout(0.3f, graph.constant(Shape.of(1), 6), 17),
                    x.dropout(0.3f, step, 18), Gradients.of(List.of(y), List.of(x), List.of(x)).getFirst());
        });
        double mean = 0;
        int sameAsNextStep = 0;
        int sameAsOtherSalt = 0;
        for (int i = 0; i < size; i++) {
            float y = out.get(0)[i];
            assertTrue(y == 0 || Math.abs(y - 1 / 0.7f) < 1e-6);
            mean += y / size;
            sameAsNextStep += y == out.get(2)[i] ? 1 : 0;
            sameAsOtherSalt += y == out.get(3)[i] ? 1 : 0;
        }
        assertEquals(1, mean, 0.02);
        assertArrayEquals(out.get(0), out.get(1));
        assertArrayEquals(out.get(0), out.get(4), "the gradient has the same mask");
        // two independent masks agree with probability 0.7² + 0.3²
        assertEquals(0.58, sameAsNextStep / (double) size, 0.01);
        assertEquals(0.58, sameAsOtherSalt / (double) size, 0.01);
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(3));
        assertSame(x, x.dropout(0, graph.input("step", TensorType.i32(1)), 0));
        assertThrows(ShapeError.class, () -> x.dropout(1, graph.input("step", TensorType.i32(1)), 0));
    }

    @Test
    void noiseHasTheMomentsOfItsDistribution() {
        int size = 200_000;
        var out = Numeric.all(graph -> {
            var step = graph.constant(Shape.of(1), 3);
            return List.of(Networks.normalNoise(step, 1, Shape.of(size)), Networks.uniformNoise(step, 1, Shape.of(size)),
                    Networks.normalNoise(step, 2, Shape.of(size)));
        });
        assertMoments(out.get(0), 0, 1, 3);
        assertMoments(out.get(1), 0.5, 1 / 12.0, 1 / 80.0);
        double correlation = 0;
        double neighbours = 0;
        for (int i = 1; i < size; i++) {
            correlation += out.get(0)[i] * out.get(2)[i] / size;
            neighbours += out.get(0)[i] * out.get(0)[i - 1] / size;
        }
        assertEquals(0, correlation, 0.01);
        assertEquals(0, neighbours, 0.01);
    }

    private static void assertMoments(float[] values, double mean, double variance, double fourth) {
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        for (float value : values) {
            double distance = value - mean;
            sum += distance;
            squares += distance * distance;
            fourths += distance * distance * distance * distance;
        }
        assertEquals(0, sum / values.length, 0.01);
        assertEquals(variance, squares / values.length, 0.01 * variance + 0.002);
        assertEquals(fourth, fourths / values.length, 0.05 * fourth);
    }

    @Test
    void siluMultiply() {
        for (int size : new int[] {1, 13, 207}) {
            var x = Numeric.random(size, 1);
            var other = Numeric.random(size, 2);
            var expected = IntStream.range(0, size).mapToDouble(i -> x[i] / (1 + Math.exp(-x[i])) * other[i]).toArray();
            var y = Numeric.values(graph -> graph.constant(Shape.of(size), x).siluMultiply(graph.constant(Shape.of(size), other)));
            Numeric.assertClose(expected, y, 1e-6);
            Numeric.gradients((graph, in) -> in.get(0).siluMultiply(in.get(1)), Shape.of(size), Shape.of(size));
        }
        var extremes = Numeric.values(graph -> graph.constant(Shape.of(2), -200f, 200f).siluMultiply(graph.constant(Shape.of(2), 1f, 1f)));
        Numeric.assertClose(new double[] {0, 200}, extremes, 0);
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(2, 3));
        var targets = graph.input("targets", TensorType.i32(3));
        var loss = assertThrows(ShapeError.class, () -> x.crossEntropy(targets));
        assertTrue(loss.getMessage().contains("targets must be i32[2], not i32[3]"), loss.getMessage());
        var weight = graph.input("w", TensorType.f32(2));
        var norm = assertThrows(ShapeError.class, () -> x.rmsNorm(weight, 1e-5f));
        assertTrue(norm.getMessage().contains("rms-norm of [f32[2, 3], f32[2]]: weight must be f32[3]"), norm.getMessage());
        assertThrows(ShapeError.class, () -> x.siluMultiply(weight));
        assertThrows(ShapeError.class, () -> x.rotary(graph.input("start", TensorType.i32(1)), 10000));
    }
}
