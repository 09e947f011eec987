package patchbay.kernels;

/**
 * Kernels of windows that slide over pictures x [batch, height, width, channels]: at each of the rows × columns places of a window, its
 * kh × kw cells, which lie {@code down} and {@code right} apart; the window moves by {@code strideY} and {@code strideX}, and starts
 * {@code top} rows above the picture and {@code left} columns beside it.
 */
public final class Unfolding {

    private Unfolding() {}

    /** Row r of the output, kh · kw · channels elements, is what the window shows at place r; zeros beside the picture. */
    public static void unfold(int first, int count, float[] x, float[] out, int height, int width, int channels, int rows, int columns,
            int kh, int kw, int strideY, int strideX, int top, int left, int down, int right) {
        for (@Parallel int i = 0; i < count; i++) {
            int place = first + i;
            int picture = place / columns / rows * height;
            int startY = place / columns % rows * strideY - top;
            int startX = place % columns * strideX - left;
            for (int cell = 0; cell < kh * kw; cell++) {
                int y = startY + cell / kw * down;
                int at = startX + cell % kw * right;
                int to = (place * kh * kw + cell) * channels;
                if (y >= 0 && y < height && at >= 0 && at < width) {
                    int from = ((picture + y) * width + at) * channels;
                    for (int c = 0; c < channels; c++) {
                        out[to + c] = x[from + c];
                    }
                } else {
                    for (int c = 0; c < channels; c++) {
                        out[to + c] = 0f;
                    }
                }
            }
        }
    }

    /** Row r of the output, the channels of one of the picture's points, is the sum of all cells of x, [places, kh · kw · channels], that show it; cell by cell. */
    public static void fold(int first, int count, float[] x, float[] out, int height, int width, int channels, int rows, int columns,
            int kh, int kw, int strideY, int strideX, int top, int left, int down, int right) {
        for (@Parallel int i = 0; i < count; i++) {
            int point = first + i;
            int picture = point / width / height * rows;
            for (int c = 0; c < channels; c++) {
                out[point * channels + c] = 0f;
            }
            for (int cell = 0; cell < kh * kw; cell++) {
                int y = point / width % height + top - cell / kw * down;
                int at = point % width + left - cell % kw * right;
                if (y >= 0 && y % strideY == 0 && y / strideY < rows && at >= 0 && at % strideX == 0 && at / strideX < columns) {
                    int from = (((picture + y / strideY) * columns + at / strideX) * kh * kw + cell) * channels;
                    for (int c = 0; c < channels; c++) {
                        out[point * channels + c] += x[from + c];
                    }
                }
            }
        }
    }
}
