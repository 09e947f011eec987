package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

final class RangedAttentionCases {

    /**
     * Batch, queries, keys, heads, key heads, head's size, value's size, lists of sequences, of key heads, spans, neighbours with the same list: those
     * that are a multiple of a block of queries, and those that are not.
     */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 13, 40, 4, 2, 8, 8, 2, 2, 3, 1}, {1, 31, 207, 2, 1, 33, 17, 1, 1, 5, 1}, {1, 70, 300, 4, 2, 64, 64, 1, 2, 2, 32},
        {2, 45, 300, 2, 2, 16, 40, 2, 1, 2, 15}, {1, 207, 400, 2, 1, 96, 24, 1, 1, 2, 64}, {2, 20, 64, 6, 2, 12, 12, 1, 1, 3, 100}, {1, 40, 2000, 1, 1, 7, 9, 1, 1, 4, 16}
    };

    private RangedAttentionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size, false);
            add(cases, size, true);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int[] size, boolean biased) {
        int batch = size[0];
        int time = size[1];
        int keys = size[2];
        int heads = size[3];
        int groups = size[4];
        int dim = size[5];
        int valueDim = size[6];
        int sequences = size[7];
        int sharers = size[8];
        int spans = size[9];
        int queries = batch * heads * time;
        int distances = biased ? keys : 0;
        var q = floats(queries * dim, 1);
        var k = floats(batch * keys * groups * dim, 2);
        var v = floats(batch * keys * groups * valueDim, 3);
        var bias = floats(heads * distances, 4);
        var dout = floats(queries * valueDim, 5);
        var ranges = ranges(sequences, time, sharers, spans, size[10], keys - time);
        int[] start = {keys - time};
        float scale = (float) (2 / Math.sqrt(dim));
        var out = new float[queries * valueDim];
        var normalizer = new float[queries];
        patchbay.kernels.RangedAttention.attention(0, queries, q, k, v, ranges, start, bias, out, normalizer, time, keys, heads, groups, dim, valueDim,
                sequences, sharers, spans, distances, scale);
        var delta = new float[queries];
        patchbay.kernels.Attention.delta(0, queries, out, dout, floats(queries, 6), delta, time, heads, valueDim);
        cases.add(new TwinCase("attention", queries, 3e-6, q, k, v, ranges, start, bias, unset(out.length), unset(queries), time, keys, heads, groups,
                dim, valueDim, sequences, sharers, spans, distances, scale));
        cases.add(new TwinCase("gradients", batch * groups, 1e-5, q, k, v, ranges, start, bias, dout, normalizer, delta, unset(q.length),
                unset(k.length), unset(v.length), unset(batch * heads * distances), time, keys, heads, groups, dim, valueDim, sequences, sharers,
                spans, distances, scale));
    }

    /** Spans one behind the other with gaps between, some empty, up to what the first of the neighbours may see; a few lists have none at all. */
    private static int[] ranges(int sequences, int time, int sharers, int spans, int neighbours, int start) {
        var ranges = new int[sequences * time * sharers * spans * 2];
        for (int row = 0; row < sequences * time * sharers; row++) {
            int t = row / sharers % time;
            var random = new SplittableRandom(1000L * (row / sharers / time) + 100L * (row % sharers) + t / neighbours);
            int end = start + t / neighbours * neighbours + 1;
            int width = Math.max(1, end / spans);
            for (int span = 0; span < spans && t / neighbours % 5 != 4; span++) {
                int from = Math.min(end, span * width) + random.nextInt(3);
                ranges[(row * spans + span) * 2] = from;
                boolean grows = span == spans - 1 && random.nextBoolean(); // up to the query itself
                ranges[(row * spans + span) * 2 + 1] = grows ? start + t + 1 : random.nextInt(6) == 0 ? Math.min(end, from) - 1 : Math.min(end, (span + 1) * width);
            }
        }
        return ranges;
    }
}
