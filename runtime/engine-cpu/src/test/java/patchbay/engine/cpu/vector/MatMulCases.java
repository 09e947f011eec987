package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class MatMulCases {

    private static final int[][] SIZES = {{1, 1, 1}, {1, 5, 0}, {1, 33, 7}, {1, 130, 300}, {2, 64, 64}, {3, 3, 3}, {5, 31, 13}, {7, 96, 1}, {8, 32, 256}, {13, 17, 207},
        {15, 65, 257}, {33, 40, 520}, {37, 1031, 5}, {96, 96, 96}, {207, 13, 64}, {261, 33, 65}, {300, 70, 700}, {4, 1100, 30}, {777, 33, 40}, {40, 600, 270},
        {35, 1100, 600}};

    private MatMulCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            for (int transposes = 0; transposes < 4; transposes++) {
                cases.add(matmul(1, true, size[0], size[1], size[2], (transposes & 2) != 0, (transposes & 1) != 0));
            }
        }
        for (int transposes = 0; transposes < 4; transposes++) {
            cases.add(matmul(3, false, 9, 35, 21, (transposes & 2) != 0, (transposes & 1) != 0));
            cases.add(matmul(3, true, 9, 35, 21, (transposes & 2) != 0, (transposes & 1) != 0));
            cases.add(matmul(3, true, 1, 35, 21, (transposes & 2) != 0, (transposes & 1) != 0));
        }
        for (var offsets : new int[][] {{0, 0, 0, 0, 0}, {0, 10, 10, 37, 60}, {0, 60, 60, 60, 60}, {0, 1, 2, 3, 53}, {0, 0, 59, 59, 60}}) {
            cases.add(grouped(offsets, 60, 33, 21, false));
            cases.add(grouped(offsets, 60, 33, 21, true));
            cases.add(groupedOuter(offsets, 60, 21, 33));
            cases.add(groupedOuter(offsets, 60, 1, 40));
        }
        for (var size : new int[][] {{1, 1, 1}, {1, 7, 0}, {1, 207, 13}, {2, 31, 64}, {3, 130, 300}, {4, 1100, 30}, {1, 2100, 33}, {5, 70, 33}, {13, 390, 400}, {19, 390, 400}}) {
            for (int transposes = 0; transposes < 4; transposes++) {
                cases.add(columns(size[0], size[1], size[2], (transposes & 2) != 0, (transposes & 1) != 0));
            }
        }
        for (var offsets : new int[][] {{0, 0, 0}, {0, 1, 4}, {0, 0, 3}, {0, 2, 4}}) {
            cases.add(groupedColumns(offsets, 4, 37, 21, false));
            cases.add(groupedColumns(offsets, 4, 37, 21, true));
        }
        cases.add(groupedOuter(new int[] {0, 400, 1000}, 1000, 40, 64));
        return cases;
    }

    private static TwinCase matmul(int batch, boolean shared, int m, int n, int k, boolean aTransposed, boolean bTransposed) {
        return new TwinCase("matmul", batch * m, tolerance(k), floats(batch * m * k, 1), floats((shared ? 1 : batch) * k * n, 2), unset(batch * m * n),
                m, n, k, m * k, aTransposed ? 1 : k, aTransposed ? m : 1, shared ? 0 : k * n, bTransposed ? 1 : n, bTransposed ? k : 1);
    }

    private static TwinCase columns(int m, int n, int k, boolean aTransposed, boolean bTransposed) {
        return new TwinCase("columns", n, tolerance(k), floats(m * k, 1), floats(k * n, 2), unset(m * n),
                m, n, k, aTransposed ? 1 : k, aTransposed ? m : 1, bTransposed ? 1 : n, bTransposed ? k : 1);
    }

    private static TwinCase groupedColumns(int[] offsets, int rows, int n, int k, boolean transposed) {
        int groups = offsets.length - 1;
        return new TwinCase("groupedColumns", n, tolerance(k), floats(rows * k, 1), floats(groups * k * n, 2), offsets, unset(rows * n),
                rows, groups, n, k, transposed ? 1 : n, transposed ? k : 1);
    }

    private static TwinCase grouped(int[] offsets, int rows, int n, int k, boolean transposed) {
        int groups = offsets.length - 1;
        return new TwinCase("grouped", rows, tolerance(k), floats(rows * k, 1), floats(groups * k * n, 2), offsets, unset(rows * n),
                groups, n, k, transposed ? 1 : n, transposed ? k : 1);
    }

    private static TwinCase groupedOuter(int[] offsets, int rows, int k, int n) {
        int groups = offsets.length - 1;
        return new TwinCase("groupedOuter", groups * k, tolerance(rows), floats(rows * k, 1), floats(rows * n, 2), offsets, unset(groups * k * n), k, n);
    }

    /** Both forms sum k products in some order. */
    private static double tolerance(int k) {
        return 2e-7 * (1 + Math.sqrt(k));
    }
}
