package patchbay.lab.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the steps of a run showed, as columns: 100,000 steps take a few megabytes. All columns have the same length. */
public final class Series {

    private int size;
    private long[] steps = new long[1024];
    private float[] loss = new float[1024];
    private float[] gradientNorm = new float[1024];
    private float[] rate = new float[1024];
    private float[] tokensPerSecond = new float[1024];
    private float[] maxVio = new float[1024];

    private Series() {
    }

    /** @param file may be missing: a run that has not begun has no step */
    public static Series read(Path file) {
        var series = new Series();
        if (Files.exists(file)) {
            Metrics.forEach(file, series::add);
        }
        series.resize(series.size);
        return series;
    }

    private void add(Measurement measurement) {
        if (size == steps.length) {
            resize(2 * size);
        }
        steps[size] = measurement.step();
        loss[size] = measurement.loss();
        gradientNorm[size] = measurement.gradientNorm();
        rate[size] = (float) measurement.rate();
        tokensPerSecond[size] = (float) measurement.tokensPerSecond();
        maxVio[size] = (float) measurement.counts().values().stream().mapToDouble(Load::maxVio).average().orElse(Double.NaN);
        size++;
    }

    private void resize(int length) {
        steps = Arrays.copyOf(steps, length);
        loss = Arrays.copyOf(loss, length);
        gradientNorm = Arrays.copyOf(gradientNorm, length);
        rate = Arrays.copyOf(rate, length);
        tokensPerSecond = Arrays.copyOf(tokensPerSecond, length);
        maxVio = Arrays.copyOf(maxVio, length);
    }

    public int size() {
        return size;
    }

    /** Steps done, increasing. */
    public long[] steps() {
        return steps;
    }

    public float[] loss() {
        return loss;
    }

    public float[] gradientNorm() {
        return gradientNorm;
    }

    public float[] rate() {
        return rate;
    }

    public float[] tokensPerSecond() {
        return tokensPerSecond;
    }

    /** Mean over the mixture layers; NaN without any. */
    public float[] maxVio() {
        return maxVio;
    }

    /** Index of the first step that is greater than {@code step}; the size if there is none. */
    public int after(long step) {
        int found = Arrays.binarySearch(steps, step);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
