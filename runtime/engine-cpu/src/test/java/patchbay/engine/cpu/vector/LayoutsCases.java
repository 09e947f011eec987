package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class LayoutsCases {

    private LayoutsCases() {}

    /** The two last axes of [3, 2, rows, columns] exchanged, their middle left out, one of them stretched; no tolerance: it is a copy. */
    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int rows : new int[] {1, 3, 16, 35, 517}) {
            for (int columns : new int[] {1, 5, 16, 33, 48, 517}) {
                int matrix = rows * columns;
                var x = floats(6 * matrix, 1);
                cases.add(strided(x, 6, columns, rows, columns, 0, matrix, 1)); // transposed
                cases.add(strided(x, 6, rows, (columns + 1) / 2, 1, columns / 2, matrix, columns)); // sliced
                cases.add(strided(x, 6, rows, 7, 0, 0, matrix, columns)); // the first column, seven times
                cases.add(new TwinCase("strided", 6 * rows, 0, x, unset(6 * matrix), columns, 1, 0,
                        1, 2, 3, rows, 0, 0, matrix, 2 * matrix, columns)); // the leading axes exchanged
            }
        }
        return cases;
    }

    private static TwinCase strided(float[] x, int matrices, int rows, int width, int step, int offset, int matrix, int row) {
        return new TwinCase("strided", matrices * rows, 0, x, unset(matrices * rows * width), width, step, offset,
                1, 1, matrices, rows, 0, 0, 0, matrix, row);
    }
}
