package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class NormalizationCases {

    private static final int[][] SIZES = {{1, 2}, {13, 8}, {207, 13}, {13, 207}, {3, 4098}, {4098, 3}, {70, 128}};
    private static final int CHUNK = 32;
    private static final float EPSILON = 0.01f;

    private NormalizationCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size[0], size[1]);
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int rows, int n) {
        int size = rows * n;
        int chunks = (rows + CHUNK - 1) / CHUNK;
        var x = floats(size, 1);
        var dy = floats(size, 2);
        var weight = floats(n, 3);
        var bias = floats(n, 4);
        var mean = new float[rows];
        var inverse = new float[rows];
        patchbay.kernels.Normalization.layerNorm(0, rows, x, weight, bias, new float[size], mean, inverse, n, EPSILON);
        cases.add(new TwinCase("rmsNorm", rows, 2e-6, x, weight, unset(size), unset(rows), n, EPSILON));
        cases.add(new TwinCase("rmsNormGradient", rows, 4e-6, x, weight, inverse, dy, unset(size), n));
        cases.add(new TwinCase("rmsNormWeight", chunks, 2e-6, x, inverse, dy, unset(chunks * n), rows, n, CHUNK));
        cases.add(new TwinCase("layerNorm", rows, 4e-6, x, weight, bias, unset(size), unset(rows), unset(rows), n, EPSILON));
        cases.add(new TwinCase("layerNormGradient", rows, 4e-6, x, weight, mean, inverse, dy, unset(size), n));
        cases.add(new TwinCase("layerNormWeight", chunks, 2e-6, x, mean, inverse, dy, unset(chunks * n), unset(chunks * n), rows, n, CHUNK));
        cases.add(new TwinCase("sumChunks", n, 2e-6, floats(chunks * n, 5), unset(n), chunks, n));
    }
}
