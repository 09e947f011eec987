package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class DispatchCases {

    private static final int ROWS = 23;
    private static final int CHOICES = 2;

    private DispatchCases() {}

    /** Every fifth entry is in no group; the others stand in reverse. */
    static List<TwinCase> cases() {
        int entries = ROWS * CHOICES;
        var order = new int[entries];
        var inverse = new int[entries];
        int grouped = 0;
        for (int entry = entries - 1; entry >= 0; entry--) {
            inverse[entry] = entry % 5 == 0 ? -1 : grouped;
            if (entry % 5 != 0) {
                order[grouped++] = entry;
            }
        }
        int place = grouped;
        for (int entry = 0; entry < entries; entry += 5) {
            order[place++] = entry;
        }
        int[] offsets = {0, 11, 11, grouped};
        var cases = new ArrayList<TwinCase>();
        for (int dim : TwinCase.AWKWARD) {
            cases.add(new TwinCase("dispatch", entries, 0, floats(ROWS * dim, 1), floats(entries, 2), order, offsets, unset(entries * dim),
                    3, CHOICES, dim));
            cases.add(new TwinCase("combine", ROWS, 0, floats(entries * dim, 1), floats(entries, 2), inverse, unset(ROWS * dim), CHOICES, dim));
            cases.add(new TwinCase("products", entries, 2e-7 * (1 + Math.sqrt(dim)), floats(entries * dim, 1), floats(ROWS * dim, 2), inverse,
                    unset(entries), CHOICES, dim));
        }
        return cases;
    }
}
