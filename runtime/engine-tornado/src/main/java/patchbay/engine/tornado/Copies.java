package patchbay.engine.tornado;

import patchbay.kernels.Parallel;

/** Kernels that copy one array into another. */
public final class Copies {

    private Copies() {}

    public static void floats(int first, int count, float[] from, float[] to) {
        for (@Parallel int i = 0; i < count; i++) {
            to[first + i] = from[first + i];
        }
    }

    public static void ints(int first, int count, int[] from, int[] to) {
        for (@Parallel int i = 0; i < count; i++) {
            to[first + i] = from[first + i];
        }
    }

    public static void shorts(int first, int count, short[] from, short[] to) {
        for (@Parallel int i = 0; i < count; i++) {
            to[first + i] = from[first + i];
        }
    }

    public static void bytes(int first, int count, byte[] from, byte[] to) {
        for (@Parallel int i = 0; i < count; i++) {
            to[first + i] = from[first + i];
        }
    }
}
