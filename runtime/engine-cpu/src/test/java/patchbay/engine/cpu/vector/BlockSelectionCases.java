package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;

import java.util.ArrayList;
import java.util.List;

final class BlockSelectionCases {

    /** Batch, queries, heads, key heads, head's size, levels, block, growth, keys a block, queries apart, selected, start. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 3, 0}, {2, 61, 4, 2, 8, 3, 2, 2, 1, 2, 5, 0}, {1, 61, 2, 2, 33, 1, 4, 4, 4, 1, 6, 20},
        {1, 207, 6, 2, 16, 4, 2, 3, 1, 1, 4, 3}, {2, 13, 1, 1, 64, 5, 1, 2, 2, 1, 9, 100}, {1, 40, 2, 1, 5, 1, 1, 2, 1, 1, 30, 0},
        {1, 3, 4, 4, 12, 2, 8, 4, 1, 4, 16, 207}
    };

    private BlockSelectionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            int batch = size[0];
            int time = size[1];
            int heads = size[2];
            int groups = size[3];
            int dim = size[4];
            int levels = size[5];
            int block = size[6];
            int growth = size[7];
            int per = size[8];
            int every = size[9];
            int n = size[10];
            int start = size[11];
            var offsets = new int[levels];
            int keys = 0;
            for (int level = 0, length = block; level < levels; level++, length *= growth) {
                offsets[level] = keys;
                keys += ((start + time) * every / length + 1) * (level == 0 ? per : 1);
            }
            int rows = batch * time * groups;
            cases.add(new TwinCase("select", rows, 1e-5, floats(batch * time * heads * dim, 1), floats(batch * keys * groups * dim, 2),
                    floats(batch * heads * time, 3), new int[] {start}, offsets, new int[rows * n * 2], new float[rows * n], time, keys, heads, groups,
                    dim, levels, block, growth, per, every, n, (float) (3 / Math.sqrt(dim))));
        }
        return cases;
    }
}
