package patchbay.engine.cpu.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import patchbay.kernels.HalfPrecision;

/** Those of {@link MatMulCases} with a right operand, in both formats. */
final class HalfMatMulCases {

    private HalfMatMulCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var each : MatMulCases.cases()) {
            if (!each.method().equals("groupedOuter")) {
                cases.add(halved(each, HalfPrecision.F16));
                cases.add(halved(each, HalfPrecision.BF16));
            }
        }
        for (var each : MatMulCases.cases()) {
            if (each.method().equals("columns")) {
                cases.add(largest(halved(each, HalfPrecision.F16)));
                cases.add(largest(halved(each, HalfPrecision.BF16)));
            }
        }
        return cases;
    }

    /** With weights of 2, and some without an end. */
    private static TwinCase largest(TwinCase each) {
        var weights = (short[]) each.arguments()[1];
        boolean f16 = (int) each.arguments()[each.arguments().length - 1] == HalfPrecision.F16;
        for (int i = 0; i < weights.length; i += 5) {
            weights[i] = 0x4000;
        }
        for (int i = 3; i < weights.length; i += 1013) {
            weights[i] = (short) (f16 ? 0xfc00 : 0xff80);
        }
        for (int i = 77; i < weights.length; i += 2027) {
            weights[i] = (short) (f16 ? 0x7c01 : 0x7f81);
        }
        return each;
    }

    private static TwinCase halved(TwinCase each, int mantissa) {
        var arguments = Arrays.copyOf(each.arguments(), each.arguments().length + 1);
        var weights = (float[]) arguments[1];
        var halves = new short[weights.length];
        if (mantissa == HalfPrecision.F16) {
            HalfPrecision.toF16(0, halves.length, weights, halves);
        } else {
            HalfPrecision.toBf16(0, halves.length, weights, halves);
        }
        arguments[1] = halves;
        arguments[arguments.length - 1] = mantissa;
        return new TwinCase(each.method(), each.rows(), each.tolerance(), arguments);
    }
}
