package patchbay.media;

/**
 * Resizes a plane along one axis after the other. Where it shrinks, a new pixel is the mean of the area that it covers, of parts of pixels too,
 * so that nothing is skipped; where it grows, values between pixels' centres are interpolated linearly and the borders repeated (half-pixel
 * centres, as of PyTorch's {@code interpolate(align_corners=False)}).
 */
final class Resizing {

    private final Axis rows;
    private final Axis columns;

    Resizing(int oldHeight, int oldWidth, int newHeight, int newWidth) {
        rows = Axis.of(oldHeight, newHeight);
        columns = Axis.of(oldWidth, newWidth);
    }

    /** From [old height, old width] to [new height, new width] at {@code start}. */
    void apply(float[] plane, float[] result, int start) {
        var narrow = new float[rows.oldSize * columns.newSize()]; // [old height, new width]
        for (int row = 0; row < rows.oldSize; row++) {
            for (int column = 0; column < columns.newSize(); column++) {
                narrow[row * columns.newSize() + column] = columns.sum(column, plane, row * columns.oldSize, 1);
            }
        }
        for (int row = 0; row < rows.newSize(); row++) {
            for (int column = 0; column < columns.newSize(); column++) {
                result[start + row * columns.newSize() + column] = rows.sum(row, narrow, column, columns.newSize());
            }
        }
    }

    /**
     * Which old pixels make each new one.
     *
     * @param first the first old pixel of each new one
     * @param weights of that and the following ones; their sum is 1
     */
    private record Axis(int oldSize, int[] first, float[][] weights) {

        static Axis of(int oldSize, int newSize) {
            if (newSize < 1) {
                throw new IllegalArgumentException("a picture of " + newSize + " rows or columns");
            }
            var first = new int[newSize];
            var weights = new float[newSize][];
            double scale = (double) oldSize / newSize;
            for (int i = 0; i < newSize; i++) {
                if (newSize < oldSize) {
                    double from = i * scale;
                    double to = (i + 1) * scale;
                    first[i] = (int) from;
                    weights[i] = new float[Math.min(oldSize, (int) Math.ceil(to)) - first[i]];
                    for (int j = 0; j < weights[i].length; j++) {
                        int pixel = first[i] + j;
                        weights[i][j] = (float) ((Math.min(to, pixel + 1) - Math.max(from, pixel)) / scale);
                    }
                } else {
                    double centre = Math.clamp((i + 0.5) * scale - 0.5, 0, oldSize - 1);
                    first[i] = Math.min((int) centre, Math.max(0, oldSize - 2));
                    float share = (float) (centre - first[i]);
                    weights[i] = oldSize == 1 ? new float[] {1} : new float[] {1 - share, share};
                }
            }
            return new Axis(oldSize, first, weights);
        }

        int newSize() {
            return first.length;
        }

        float sum(int i, float[] values, int start, int stride) {
            double sum = 0;
            for (int j = 0; j < weights[i].length; j++) {
                sum += (double) weights[i][j] * values[start + (first[i] + j) * stride];
            }
            return (float) sum;
        }
    }
}
