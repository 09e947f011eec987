package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

final class RunAttentionCases {

    /** Batch, queries, keys, heads, key heads, head's size, value's size, runs, distances of a bias. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 1, 1, 0}, {2, 13, 13, 4, 2, 8, 3, 2, 5}, {1, 70, 33, 2, 1, 64, 64, 1, 0}, {1, 31, 207, 2, 2, 33, 40, 3, 207}, {1, 3, 300, 1, 1, 16, 96, 4, 1},
        {1, 130, 130, 2, 1, 64, 64, 3, 0}
    };

    private RunAttentionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size, 0, size[0], 1);
            add(cases, size, 0, 1, size[3]);
            add(cases, size, 1, size[0], size[3]);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int[] size, int ordered, int sequences, int sharers) {
        int batch = size[0];
        int time = size[1];
        int keys = size[2];
        int heads = size[3];
        int groups = size[4];
        int dim = size[5];
        int valueDim = size[6];
        int runs = size[7];
        int distances = size[8];
        int queries = batch * heads * time;
        var random = new SplittableRandom(7);
        var q = floats(queries * dim, 1);
        var k = floats(batch * keys * groups * dim, 2);
        var v = floats(batch * keys * groups * valueDim, 3);
        var dout = floats(queries * valueDim, 4);
        var bias = floats(heads * distances, 6);
        var begins = random.ints((long) sequences * sharers * time * runs, 0, keys).toArray();
        var ends = random.ints((long) sequences * sharers * time * runs, 0, keys + 1).toArray(); // a run may end before it begins
        var at = random.ints((long) batch * time, 0, keys).toArray();
        var order = new int[batch * heads * runs * keys];
        var place = new int[order.length];
        for (int i = 0; i < order.length; i++) { // turned by another step in each row
            order[i] = (i % keys + i / keys * 5) % keys;
            place[i / keys * keys + order[i]] = i % keys;
        }
        float scale = (float) (2 / Math.sqrt(dim));
        var out = new float[queries * valueDim];
        var normalizer = new float[queries];
        for (int from = 0, to; from < runs; from = to) { // the first by itself, all others together
            to = from == 0 ? 1 : runs;
            cases.add(new TwinCase("attention", queries, 3e-6, q, k, v, begins, ends, at, order, place, bias, from == 0 ? unset(out.length) : out.clone(),
                    from == 0 ? unset(queries) : normalizer.clone(), from, to, time, keys, heads, groups, dim, valueDim, sequences, sharers, runs, ordered, distances,
                    scale));
            patchbay.kernels.RunAttention.attention(0, queries, q, k, v, begins, ends, at, order, place, bias, out, normalizer, from, to, time, keys, heads, groups, dim,
                    valueDim, sequences, sharers, runs, ordered, distances, scale);
        }
        cases.add(new TwinCase("gradients", batch * groups, 1e-5, q, k, v, begins, ends, at, order, place, bias, dout, normalizer, floats(queries, 5),
                unset(q.length), unset(k.length), unset(v.length), unset(batch * heads * distances), time, keys, heads, groups, dim, valueDim, sequences, sharers, runs,
                ordered, distances, scale));
    }
}
