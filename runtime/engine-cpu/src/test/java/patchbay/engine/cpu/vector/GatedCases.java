package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class GatedCases {

    private GatedCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int size : TwinCase.AWKWARD) {
            var x = floats(size, 1);
            x[size / 2] = -300;
            cases.add(new TwinCase("siluMultiply", size, 1e-6, x, floats(size, 2), unset(size)));
            cases.add(new TwinCase("siluMultiplyGradient", size, 1e-6, x, floats(size, 2), floats(size, 3), unset(size), unset(size)));
        }
        return cases;
    }
}
