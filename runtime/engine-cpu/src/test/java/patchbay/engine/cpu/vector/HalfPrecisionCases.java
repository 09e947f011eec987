package patchbay.engine.cpu.vector;

import java.util.ArrayList;
import java.util.List;

final class HalfPrecisionCases {

    private HalfPrecisionCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int size : TwinCase.AWKWARD) {
            for (var format : List.of("F16", "Bf16")) {
                var bits = new short[size];
                for (int i = 0; i < size; i++) {
                    bits[i] = (short) (i * 641 + 17); // no NaN among them
                }
                var floats = TwinCase.floats(size, 1);
                floats[size / 2] = -1e9f;
                cases.add(new TwinCase("to" + format, size, 0, floats, new short[size]));
                cases.add(new TwinCase("from" + format, size, 0, bits, TwinCase.unset(size)));
            }
        }
        var table = new short[207 * 33];
        for (int i = 0; i < table.length; i++) {
            table[i] = (short) (i * 641 + 17);
        }
        for (int mantissa : new int[] {7, 10}) {
            cases.add(new TwinCase("gather", 5, 0, table, new int[] {206, -1, 0, 207, 3}, TwinCase.unset(5 * 33), 207, 33, mantissa));
        }
        return cases;
    }
}
