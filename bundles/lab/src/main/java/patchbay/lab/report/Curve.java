package patchbay.lab.report;

import java.util.Arrays;

/** Values over steps, thinned to what a screen can show. */
record Curve(double[] steps, double[] values) {

    private static final int POINTS = 700;

    /**
     * The mean over the neighbours on both sides, which never looks across a boundary: the jump at a swap stays a jump.
     *
     * @param boundaries indices at which a part begins, increasing
     */
    static float[] smooth(float[] values, int[] boundaries) {
        int n = values.length;
        int reach = Math.max(1, n / 120);
        var sums = new double[n + 1];
        var counts = new int[n + 1];
        for (int i = 0; i < n; i++) {
            boolean finite = Float.isFinite(values[i]);
            sums[i + 1] = sums[i] + (finite ? values[i] : 0);
            counts[i + 1] = counts[i] + (finite ? 1 : 0);
        }
        var smoothed = new float[n];
        int part = 0;
        int begin = 0;
        int end = boundaries.length > 0 ? boundaries[0] : n;
        for (int i = 0; i < n; i++) {
            while (i >= end && end < n) {
                begin = end;
                part++;
                end = part < boundaries.length ? boundaries[part] : n;
            }
            // As far to one side as to the other, or the ends of a part would lag behind; but never so near that one step counts alone.
            int near = Math.max(reach / 6, Math.min(reach, Math.min(i - begin, end - 1 - i)));
            int from = Math.max(begin, i - near);
            int to = Math.min(end, i + near + 1);
            int count = counts[to] - counts[from];
            smoothed[i] = count == 0 ? Float.NaN : (float) ((sums[to] - sums[from]) / count);
        }
        return smoothed;
    }

    /** Every n-th value, and the last. */
    static Curve thin(long[] steps, float[] values) {
        int stride = Math.max(1, Math.ceilDiv(values.length, POINTS));
        int size = Math.ceilDiv(values.length, stride);
        var xs = new double[size];
        var ys = new double[size];
        for (int i = 0; i < size; i++) {
            int from = i == size - 1 ? values.length - 1 : i * stride;
            xs[i] = steps[from];
            ys[i] = values[from];
        }
        return new Curve(xs, ys);
    }

    /** Lowest and highest of each of at most {@link #POINTS} stretches, so that no spike is lost. */
    static Curve[] envelope(long[] steps, float[] values) {
        int stride = Math.max(1, Math.ceilDiv(values.length, POINTS));
        int size = Math.ceilDiv(values.length, stride);
        var xs = new double[size];
        var low = new double[size];
        var high = new double[size];
        Arrays.fill(low, Double.NaN);
        Arrays.fill(high, Double.NaN);
        for (int i = 0; i < values.length; i++) {
            int at = i / stride;
            xs[at] = steps[i];
            if (Float.isFinite(values[i])) {
                low[at] = Double.isNaN(low[at]) ? values[i] : Math.min(low[at], values[i]);
                high[at] = Double.isNaN(high[at]) ? values[i] : Math.max(high[at], values[i]);
            }
        }
        return new Curve[] {new Curve(xs, low), new Curve(xs, high)};
    }
}
