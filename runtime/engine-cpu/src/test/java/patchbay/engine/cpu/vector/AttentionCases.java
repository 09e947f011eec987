package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

final class AttentionCases {

    private static final int PAST = patchbay.tensor.operations.Attention.PAST;

    /** Batch, queries, keys, heads, key heads, head's size, start, window: 0 for everything that there is. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 0, PAST}, {2, 13, 13, 4, 2, 8, 0, PAST}, {2, 13, 13, 2, 2, 40, 0, 0}, {1, 70, 70, 2, 1, 64, 0, PAST},
        {1, 9, 300, 4, 2, 33, 207, PAST}, {2, 9, 30, 2, 1, 16, 7, 0}, {3, 1, 207, 4, 1, 32, 100, PAST}, {1, 7, 207, 2, 2, 48, 200, PAST},
        {1, 207, 207, 1, 1, 96, 0, PAST}, {1, 31, 64, 2, 2, 16, 33, 0}, {1, 8, 4, 1, 1, 5, 0, 0}, {1, 2, 4098, 1, 1, 17, 4096, PAST},
        {2, 13, 13, 4, 2, 8, 0, 2}, {2, 13, 13, 2, 1, 8, 0, 5}, {1, 300, 300, 2, 1, 24, 0, 130}, {1, 207, 207, 2, 2, 16, 0, 3},
        {1, 40, 420, 2, 1, 17, 380, 129}, {3, 1, 207, 4, 1, 32, 100, 64}, {1, 7, 207, 2, 2, 48, 200, 2}, {1, 300, 300, 1, 1, 8, 0, 128}
    };

    private AttentionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size[0], size[1], size[2], size[3], size[4], size[5], size[6], size[7]);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int batch, int time, int keys, int heads, int groups, int dim, int position, int window) {
        int queries = batch * heads * time;
        var q = floats(queries * dim, 1);
        var k = cache(batch, keys, groups * dim, position + time, 2);
        var v = cache(batch, keys, groups * dim, position + time, 3);
        var dout = floats(queries * dim, 4);
        int[] start = {position};
        float scale = (float) (2 / Math.sqrt(dim));
        var out = new float[queries * dim];
        var normalizer = new float[queries];
        patchbay.kernels.Attention.attention(0, queries, q, k, v, start, out, normalizer, time, keys, heads, groups, dim, window, scale);
        var delta = new float[queries];
        patchbay.kernels.Attention.delta(0, queries, out, dout, delta, time, heads, dim);
        cases.add(new TwinCase("attention", queries, 3e-6, q, k, v, start, unset(queries * dim), unset(queries),
                time, keys, heads, groups, dim, window, scale));
        cases.add(new TwinCase("delta", queries, 3e-6, out, dout, unset(queries), time, heads, dim));
        cases.add(new TwinCase("queryGradient", queries, 1e-5, q, k, v, start, dout, normalizer, delta, unset(queries * dim),
                time, keys, heads, groups, dim, window, scale));
        cases.add(new TwinCase("keyValueGradient", batch * groups * keys, 1e-5, q, k, v, start, dout, normalizer, delta,
                unset(k.length), unset(v.length), time, keys, heads, groups, dim, window, scale));
        cases.add(new TwinCase("gradients", batch * groups, 1e-5, q, k, v, start, dout, normalizer, delta, unset(queries * dim),
                unset(k.length), unset(v.length), time, keys, heads, groups, dim, window, scale));
    }

    /** Keys or values, with NaN where nothing has been written yet: none of it may be used. */
    private static float[] cache(int batch, int keys, int row, int length, long seed) {
        var values = floats(batch * keys * row, seed);
        for (int b = 0; b < batch; b++) {
            Arrays.fill(values, (b * keys + Math.min(keys, length)) * row, (b + 1) * keys * row, Float.NaN);
        }
        return values;
    }
}
