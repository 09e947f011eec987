package patchbay.engine.tornado;

import patchbay.kernels.Parallel;

/** The kernel of {@link HotKernelTest} in its first version; the others add other numbers. */
public final class HotKernel {

    private HotKernel() {}

    public static void plus(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = x[first + i] + 100f;
        }
    }
}
