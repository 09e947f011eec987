package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class ActivationsCases {

    private ActivationsCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int size : TwinCase.AWKWARD) {
            cases.add(new TwinCase("tanh", size, 1e-6, spread(size, 4), unset(size)));
            cases.add(new TwinCase("sigmoid", size, 1e-6, spread(size, 8), unset(size)));
            cases.add(new TwinCase("silu", size, 1e-6, spread(size, 8), unset(size)));
            cases.add(new TwinCase("siluGradient", size, 1e-6, spread(size, 8), floats(size, 2), unset(size)));
            cases.add(new TwinCase("relu", size, 0, marked(spread(size, 4)), unset(size)));
            cases.add(new TwinCase("gelu", size, 1e-6, spread(size, 4), unset(size)));
            cases.add(new TwinCase("geluGradient", size, 1e-6, spread(size, 4), floats(size, 2), unset(size)));
            cases.add(new TwinCase("geluTanh", size, 1e-6, spread(size, 4), unset(size)));
            cases.add(new TwinCase("geluTanhGradient", size, 1e-6, spread(size, 4), floats(size, 2), unset(size)));
        }
        return cases;
    }

    /** With what is not a number, and both zeros. */
    private static float[] marked(float[] values) {
        var marks = new float[] {Float.NaN, -0f, 0f, Float.NEGATIVE_INFINITY};
        System.arraycopy(marks, 0, values, 0, Math.min(marks.length, values.length));
        return values;
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
