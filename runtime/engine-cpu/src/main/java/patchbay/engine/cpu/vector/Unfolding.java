package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;

/** Twins of {@link patchbay.kernels.Unfolding}: what lies side by side in the picture and in the window is copied at once, and points of one row are added up together. */
public final class Unfolding {

    private Unfolding() {}

    public static void unfold(int first, int count, float[] x, float[] out, int height, int width, int channels, int rows, int columns,
            int kh, int kw, int strideY, int strideX, int top, int left, int down, int right) {
        int run = right == 1 ? kw : 1; // cells that lie side by side in both
        for (int place = first; place < first + count; place++) {
            int picture = place / columns / rows * height;
            int startY = place / columns % rows * strideY - top;
            int startX = place % columns * strideX - left;
            int to = place * kh * kw * channels;
            for (int i = 0; i < kh; i++) {
                int y = startY + i * down;
                for (int j = 0; j < kw; j += run) {
                    int at = startX + j * right;
                    boolean inside = y >= 0 && y < height;
                    int before = inside ? Math.clamp(-at, 0, run) : run;
                    int end = inside ? Math.clamp(width - at, before, run) : run;
                    Arrays.fill(out, to, to + before * channels, 0f);
                    if (before < end) {
                        System.arraycopy(x, ((picture + y) * width + at + before) * channels, out, to + before * channels, (end - before) * channels);
                    }
                    Arrays.fill(out, to + end * channels, to + run * channels, 0f);
                    to += run * channels;
                }
            }
        }
    }

    public static void fold(int first, int count, float[] x, float[] out, int height, int width, int channels, int rows, int columns,
            int kh, int kw, int strideY, int strideX, int top, int left, int down, int right) {
        Arrays.fill(out, first * channels, (first + count) * channels, 0f);
        int window = kh * kw * channels;
        for (int point = first; point < first + count;) {
            int row = point / width;
            int from = point % width;
            int end = Math.min(width, from + first + count - point);
            for (int i = 0; i < kh; i++) {
                int y = row % height + top - i * down;
                if (y < 0 || y % strideY != 0 || y / strideY >= rows) {
                    continue;
                }
                int places = (row / height * rows + y / strideY) * columns;
                for (int j = 0; j < kw; j++) {
                    int shift = left - j * right; // a point at column c is seen from place (c + shift) / strideX, if that is a whole one
                    int seen = Math.max(from, -shift);
                    int place = (seen + shift + strideX - 1) / strideX;
                    for (int column = place * strideX - shift; column < end && place < columns; column += strideX, place++) {
                        add(x, (places + place) * window + (i * kw + j) * channels, out, (row * width + column) * channels, channels);
                    }
                }
            }
            point += end - from;
        }
    }

    private static void add(float[] x, int from, float[] out, int to, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(out, to + i).add(load(x, from + i)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] += x[from + i];
        }
    }
}
