package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.Arrays;
import java.util.List;

final class NoiseCases {

    private NoiseCases() {}

    /** No tolerance: the mask and the scale are the same. */
    static List<TwinCase> cases() {
        return Arrays.stream(TwinCase.AWKWARD)
                .mapToObj(size -> new TwinCase("dropout", size, 0, floats(size, 1), new int[] {12345}, unset(size), 99, 0.3f)).toList();
    }
}
