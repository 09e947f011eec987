package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class FunctionsCases {

    private FunctionsCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int size : TwinCase.AWKWARD) {
            cases.add(new TwinCase("exp", size, 1e-6, spread(size, 30), unset(size)));
        }
        return cases;
    }

    /** Over the range where the function bends and where it does not. */
    private static float[] spread(int size, float range) {
        var values = floats(size, 1);
        for (int i = 0; i < size; i++) {
            values[i] *= range;
        }
        return values;
    }
}
