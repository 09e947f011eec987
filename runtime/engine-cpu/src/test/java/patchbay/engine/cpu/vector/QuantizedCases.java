package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class QuantizedCases {

    private static final int PAST = patchbay.tensor.operations.Attention.PAST;

    /** Batch, queries, keys, heads, key heads, head's size, start, window: 0 for everything that there is. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 0, PAST}, {3, 1, 207, 4, 1, 32, 100, PAST}, {1, 7, 207, 2, 2, 48, 200, PAST}, {1, 2, 4098, 1, 1, 17, 4096, PAST},
        {2, 5, 30, 2, 1, 13, 7, 0}, {1, 3, 420, 2, 1, 64, 380, 129}
    };

    private QuantizedCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size, size[5], false, 0);
            add(cases, size, size[5] / 2 + 3, true, 0.4f);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int[] size, int valueDim, boolean biased, float cap) {
        int batch = size[0], time = size[1], keys = size[2], heads = size[3], groups = size[4], dim = size[5], position = size[6], window = size[7];
        int queries = batch * heads * time;
        int distances = !biased ? 0 : window == 0 ? 2 * keys - 1 : keys;
        cases.add(new TwinCase("attention", queries, 1e-5, floats(queries * dim, 1), bytes(batch * keys * groups * dim, 2),
                scales(batch * keys * groups, 3), bytes(batch * keys * groups * valueDim, 4), scales(batch * keys * groups, 5), new int[] {position},
                floats(heads * distances, 6), unset(queries * valueDim), unset(queries), time, keys, heads, groups, dim, valueDim, window, distances,
                (float) (2 / Math.sqrt(dim)), cap));
    }

    private static byte[] bytes(int size, long seed) {
        var floats = floats(size, seed);
        var bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) Math.round(100 * Math.clamp(floats[i], -1.27f, 1.27f));
        }
        return bytes;
    }

    private static float[] scales(int size, long seed) {
        var scales = floats(size, seed);
        for (int i = 0; i < size; i++) {
            scales[i] = 0.005f + 0.01f * Math.abs(scales[i]);
        }
        return scales;
    }
}
