package patchbay.engine.cpu.vector;

/** Twins of {@link patchbay.kernels.Layouts}: rows that follow one another along one axis are copied, or transposed, as blocks. */
public final class Layouts {

    private Layouts() {}

    public static void strided(int first, int count, float[] x, float[] out, int width, int step, int offset,
            int d1, int d2, int d3, int d4, int s0, int s1, int s2, int s3, int s4) {
        int end = first + count;
        for (int row = first; row < end;) {
            int rest = row / d4;
            int from = offset + row % d4 * s4 + rest % d3 * s3;
            int rows = Math.min(d4 - row % d4, end - row);
            rest = rest / d3;
            from += rest % d2 * s2;
            rest = rest / d2;
            from += rest % d1 * s1 + rest / d1 * s0;
            if (step == 1) {
                Packing.copy(x, from, s4, out, row * width, width, rows, width);
            } else {
                for (int p = 0; p < rows; p += GemmTile.A_ROW) {
                    for (int j = 0; j < width; j += GemmTile.COLUMNS) {
                        Packing.pack(x, from + p * s4 + j * step, s4, step, out, (row + p) * width + j, width,
                                Math.min(GemmTile.COLUMNS, width - j), Math.min(GemmTile.A_ROW, rows - p));
                    }
                }
            }
            row += rows;
        }
    }
}
