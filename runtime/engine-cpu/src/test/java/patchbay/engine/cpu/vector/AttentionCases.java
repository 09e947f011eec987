package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

final class AttentionCases {

    private static final int PAST = patchbay.tensor.operations.Attention.PAST;

    /** Batch, queries, keys, heads, key heads, head's size, start, window: 0 for everything that there is, −1 where start is the first sequence's length. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 0, PAST}, {2, 13, 13, 4, 2, 8, 0, PAST}, {2, 13, 13, 2, 2, 40, 0, 0}, {1, 70, 70, 2, 1, 64, 0, PAST},
        {1, 9, 300, 4, 2, 33, 207, PAST}, {2, 9, 30, 2, 1, 16, 7, 0}, {3, 1, 207, 4, 1, 32, 100, PAST}, {1, 7, 207, 2, 2, 48, 200, PAST},
        {1, 207, 207, 1, 1, 96, 0, PAST}, {1, 31, 64, 2, 2, 16, 33, 0}, {1, 8, 4, 1, 1, 5, 0, 0}, {1, 2, 4098, 1, 1, 17, 4096, PAST},
        {2, 13, 13, 4, 2, 8, 0, 2}, {2, 13, 13, 2, 1, 8, 0, 5}, {1, 300, 300, 2, 1, 24, 0, 130}, {1, 207, 207, 2, 2, 16, 0, 3},
        {1, 40, 420, 2, 1, 17, 380, 129}, {3, 1, 207, 4, 1, 32, 100, 64}, {1, 7, 207, 2, 2, 48, 200, 2}, {1, 300, 300, 1, 1, 8, 0, 128},
        {3, 13, 13, 4, 2, 8, 13, -1}, {3, 207, 207, 2, 2, 16, 150, -1}, {4, 3, 70, 2, 1, 33, 69, -1}
    };

    private AttentionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size, size[5], false, 0);
        }
        for (var size : SIZES) { // values of another size; the bias wants as many keys as queries
            add(cases, size, size[5] / 2 + 3, size[1] <= size[2], 0);
            add(cases, size, size[5], size[1] <= size[2], 0.4f);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int[] size, int valueDim, boolean biased, float cap) {
        int batch = size[0];
        int time = size[1];
        int keys = size[2];
        int heads = size[3];
        int groups = size[4];
        int dim = size[5];
        int position = size[6];
        int window = size[7];
        int queries = batch * heads * time;
        int distances = !biased ? 0 : window <= 0 ? 2 * keys - 1 : keys;
        var q = floats(queries * dim, 1);
        int[] start = window < 0 ? IntStream.range(0, batch).map(b -> position - position * b / 3).toArray() : new int[] {position}; // the fourth is empty
        var k = cache(batch, keys, groups * dim, b -> window < 0 ? start[b] : position + time, 2);
        var v = cache(batch, keys, groups * valueDim, b -> window < 0 ? start[b] : position + time, 3);
        var dout = floats(queries * valueDim, 4);
        var dnormalizer = floats(queries, 5);
        var bias = floats(heads * distances, 6);
        float scale = (float) (2 / Math.sqrt(dim));
        var out = new float[queries * valueDim];
        var normalizer = new float[queries];
        patchbay.kernels.Attention.attention(0, queries, q, k, v, start, bias, out, normalizer, time, keys, heads, groups, dim, valueDim, window,
                distances, scale, cap);
        var delta = new float[queries];
        patchbay.kernels.Attention.delta(0, queries, out, dout, dnormalizer, delta, time, heads, valueDim);
        cases.add(new TwinCase("attention", queries, 3e-6, q, k, v, start, bias, unset(out.length), unset(queries),
                time, keys, heads, groups, dim, valueDim, window, distances, scale, cap));
        cases.add(new TwinCase("delta", queries, 3e-6, out, dout, dnormalizer, unset(queries), time, heads, valueDim));
        cases.add(new TwinCase("queryGradient", queries, 1e-5, q, k, v, start, bias, dout, normalizer, delta, unset(q.length),
                time, keys, heads, groups, dim, valueDim, window, distances, scale, cap));
        cases.add(new TwinCase("keyValueGradient", batch * groups * keys, 1e-5, q, k, v, start, bias, dout, normalizer, delta,
                unset(k.length), unset(v.length), time, keys, heads, groups, dim, valueDim, window, distances, scale, cap));
        cases.add(new TwinCase("gradients", batch * groups, 1e-5, q, k, v, start, bias, dout, normalizer, delta, unset(q.length),
                unset(k.length), unset(v.length), unset(batch * heads * distances), time, keys, heads, groups, dim, valueDim, window,
                distances, scale, cap));
    }

    /** Keys or values, with NaN where nothing has been written yet: none of it may be used. */
    private static float[] cache(int batch, int keys, int row, IntUnaryOperator length, long seed) {
        var values = floats(batch * keys * row, seed);
        for (int b = 0; b < batch; b++) {
            Arrays.fill(values, (b * keys + Math.min(keys, length.applyAsInt(b))) * row, (b + 1) * keys * row, Float.NaN);
        }
        return values;
    }
}
