package patchbay.lab.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.lab.record.Metrics;

/** Tokens of each expert over the run, summed up over stretches of steps. */
final class LoadHistory {

    private static final int COLUMNS = 300;

    private final long stretch;
    private final Map<String, List<float[]>> layers = new LinkedHashMap<>(); // layer → column → expert

    private LoadHistory(long stretch) {
        this.stretch = stretch;
    }

    static LoadHistory read(Path metrics, long lastStep) {
        var history = new LoadHistory(Math.max(1, Math.ceilDiv(lastStep, COLUMNS)));
        if (Files.exists(metrics)) {
            Metrics.forEach(metrics, measurement -> measurement.counts().forEach((layer, counts) -> history.add(layer, measurement.step(), counts)));
        }
        return history;
    }

    private void add(String layer, long step, float[] counts) {
        var columns = layers.computeIfAbsent(layer, absent -> new ArrayList<>());
        int column = (int) ((step - 1) / stretch);
        while (columns.size() <= column) {
            columns.add(new float[0]);
        }
        var sum = columns.get(column);
        if (sum.length < counts.length) {
            sum = Arrays.copyOf(sum, counts.length);
            columns.set(column, sum);
        }
        for (int expert = 0; expert < counts.length; expert++) {
            sum[expert] += counts[expert];
        }
    }

    /** Steps of one column. */
    long stretch() {
        return stretch;
    }

    /** Tokens of each expert a column, by layer. A column without a step is empty. */
    Map<String, List<float[]>> layers() {
        return layers;
    }
}
