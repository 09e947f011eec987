package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

final class OptimizerCases {

    private static final int CHUNK = 64;

    private OptimizerCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int size : TwinCase.AWKWARD) {
            var v = floats(size, 4);
            for (int i = 0; i < size; i++) {
                v[i] *= v[i];
            }
            cases.add(new TwinCase("adamW", size, 1e-6, floats(size, 1), floats(size, 2), floats(size, 3), v,
                    new float[] {0.01f, 0.3f, 0.02f}, new float[] {0.7f}, unset(size), unset(size), unset(size),
                    0.9f, 0.95f, 1e-8f, 0.1f));
            for (int[] others : new int[][] {{0, 0, 0}, {3, 0, 130}, {64, 65, size}}) {
                int chunks = Math.ceilDiv(size, CHUNK) + IntStream.of(others).map(other -> Math.ceilDiv(other, CHUNK)).sum();
                cases.add(new TwinCase("squares", chunks, 2e-6, floats(size, 1), floats(others[0], 2), floats(others[1], 3), floats(others[2], 4),
                        floats(chunks + 3, 5), size, others[0], others[1], others[2], CHUNK, 2));
            }
        }
        return cases;
    }
}
