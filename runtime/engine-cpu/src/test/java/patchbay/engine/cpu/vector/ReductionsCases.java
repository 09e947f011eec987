package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class ReductionsCases {

    private ReductionsCases() {}

    /** Whole rows, and rows in chunks the last of which is shorter. */
    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int n : TwinCase.AWKWARD) {
            for (int chunk : new int[] {n, 100}) {
                int chunks = Math.ceilDiv(n, chunk);
                int rows = 7 * chunks;
                cases.add(new TwinCase("sumLast", rows, 0, floats(7 * n, n), unset(rows), n, chunk, chunks, 0.5f));
            }
        }
        return cases;
    }
}
