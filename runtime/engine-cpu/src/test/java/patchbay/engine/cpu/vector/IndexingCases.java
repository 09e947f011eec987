package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;

final class IndexingCases {

    private static final int BATCH = 3;
    private static final int SLOTS = 7;
    private static final int WIDTH = 13;

    private IndexingCases() {}

    /** In place and not, at the beginning, at the end, partly and wholly beyond either. */
    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int length : new int[] {1, 3, SLOTS}) {
            for (int start : new int[] {0, 2, SLOTS - 1, SLOTS, -1, -SLOTS - 1}) {
                var cache = floats(BATCH * SLOTS * WIDTH, 1);
                for (var out : List.of(cache, unset(cache.length))) {
                    cases.add(new TwinCase("writeRows", BATCH * SLOTS, 0, cache, floats(BATCH * length * WIDTH, 2), new int[] {start}, out,
                            SLOTS, length, WIDTH));
                }
            }
        }
        return cases;
    }
}
