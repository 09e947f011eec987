package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.Arrays;
import java.util.List;

final class RotaryCases {

    /** Batch, time, heads, head's size, half of what turns. */
    private static final int[][] SIZES = {{1, 1, 1, 2, 1}, {2, 13, 3, 8, 4}, {1, 207, 2, 64, 32}, {2, 5, 3, 40, 13}, {1, 31, 7, 96, 48}};

    private RotaryCases() {}

    static List<TwinCase> cases() {
        return Arrays.stream(SIZES).map(size -> {
            int rows = size[0] * size[1] * size[2];
            return new TwinCase("rotate", rows, 1e-6, floats(rows * size[3], 1), floats(size[1] * 2 * size[4], 2), unset(rows * size[3]),
                    size[1], size[2], size[3], size[4], -1f);
        }).toList();
    }
}
