package patchbay.lab.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The experts' load of a run, gathered step by step, or from its metrics. One thread at a time. */
public final class RunLoad {

    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private long step;

    private static final class Layer {
        private float[] batch = {};
        private double[] total = {};
        private long[] lastUsed = {};
    }

    /**
     * The load of one mixture layer.
     *
     * @param path of the layer: {@code layers.3.moe}
     * @param batch tokens of each expert in the last step
     * @param run tokens of each expert since the beginning, or since the number of experts became smaller
     * @param maxVio of the last step ({@link Load#maxVio})
     * @param maxVioOfRun of the sums of all steps
     * @param entropy of the last step, from 0 to 1
     * @param dead experts, counted from 0, that got no token for long
     */
    public record Row(String path, float[] batch, double[] run, double maxVio, double maxVioOfRun, double entropy, List<Integer> dead) {}

    /** Adds a step. An expert that was added counts from now on. */
    public void add(Measurement measurement) {
        step = measurement.step();
        measurement.counts().forEach((path, counts) -> {
            var layer = layers.computeIfAbsent(path, absent -> new Layer());
            if (layer.total.length != counts.length) {
                resize(layer, counts.length, step);
            }
            layer.batch = counts;
            for (int expert = 0; expert < counts.length; expert++) {
                layer.total[expert] += counts[expert];
                if (counts[expert] > 0) {
                    layer.lastUsed[expert] = step;
                }
            }
        });
    }

    private static void resize(Layer layer, int experts, long step) {
        if (experts < layer.total.length) { // nobody says which one went, so none of the sums can be trusted
            layer.total = new double[0];
            layer.lastUsed = new long[0];
        }
        int known = layer.lastUsed.length;
        layer.total = Arrays.copyOf(layer.total, experts);
        layer.lastUsed = Arrays.copyOf(layer.lastUsed, experts);
        Arrays.fill(layer.lastUsed, known, experts, step - 1);
    }

    /** @param window an expert without a token in the last so many steps is dead */
    public List<Row> rows(int window) {
        var rows = new ArrayList<Row>();
        layers.forEach((path, layer) -> {
            var dead = new ArrayList<Integer>();
            for (int expert = 0; expert < layer.lastUsed.length; expert++) {
                if (step - layer.lastUsed[expert] >= window) {
                    dead.add(expert);
                }
            }
            var run = new float[layer.total.length];
            for (int expert = 0; expert < run.length; expert++) {
                run[expert] = (float) layer.total[expert];
            }
            rows.add(new Row(path, layer.batch.clone(), layer.total.clone(), Load.maxVio(layer.batch), Load.maxVio(run),
                    Load.entropy(layer.batch), dead));
        });
        return rows;
    }

    /** A table for the shell: a line a layer. */
    public String table(int window) {
        var rows = rows(window);
        if (rows.isEmpty()) {
            return "no mixture layer has routed a token yet";
        }
        int width = rows.stream().mapToInt(row -> row.path().length()).max().orElse(0);
        var text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-" + width + "s  %8s  %8s  %7s  %-6s  %s%n", "layer", "MaxVio", "of run", "entropy", "dead", "tokens of each expert"));
        for (var row : rows) {
            var counts = new StringBuilder();
            for (float count : row.batch()) {
                counts.append(String.format(Locale.ROOT, "%6.0f", count));
            }
            var dead = row.dead().isEmpty() ? "-" : row.dead().toString().replaceAll("[\\[\\] ]", "");
            text.append(String.format(Locale.ROOT, "%-" + width + "s  %8.3f  %8.3f  %7.3f  %-6s  %s%n",
                    row.path(), row.maxVio(), row.maxVioOfRun(), row.entropy(), dead, counts.toString().stripLeading()));
        }
        return text.toString();
    }
}
