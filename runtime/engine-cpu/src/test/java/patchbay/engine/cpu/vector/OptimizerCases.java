package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

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
            int chunks = (size + CHUNK - 1) / CHUNK;
            cases.add(new TwinCase("squares", chunks, 2e-6, floats(size, 1), floats(chunks + 3, 5), size, CHUNK, 2));
        }
        return cases;
    }
}
