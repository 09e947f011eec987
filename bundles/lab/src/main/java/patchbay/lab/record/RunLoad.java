package patchbay.lab.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The experts' load of a run, gathered step by step, or from its metrics. One thread at a time. */
public final class RunLoad {

    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private long step;

    private static final class Layer {
        private float[] batch = {};
        private double[] total = {};
        private long[] lastUsed = {};
        private float[] mass = {};
        private float[] dropped = {};
        private double droppedOfRun;
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
     * @param mass of the last step: the sum of the weights that each expert's tokens came back with; empty if nobody said
     * @param dropped choices of each expert in the last step that went nowhere; empty without a capacity
     * @param droppedOfRun part of all choices of the run that went nowhere
     */
    public record Row(String path, float[] batch, double[] run, double maxVio, double maxVioOfRun, double entropy, List<Integer> dead,
            float[] mass, float[] dropped, double droppedOfRun) {}

    /** Adds a step. An expert that was added counts from now on. */
    public void add(Measurement measurement) {
        step = measurement.step();
        measurement.counts().forEach((path, counts) -> {
            var layer = layers.computeIfAbsent(path, absent -> new Layer());
            if (layer.total.length != counts.length) {
                resize(layer, counts.length, step);
            }
            layer.batch = counts;
            layer.mass = measurement.metrics().getOrDefault(path + ".mass", new float[0]);
            layer.dropped = measurement.metrics().getOrDefault(path + ".dropped", new float[0]);
            for (float lost : layer.dropped) {
                layer.droppedOfRun += lost;
            }
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
            layer.droppedOfRun = 0;
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
                    Load.entropy(layer.batch), dead, layer.mass, layer.dropped, layer.droppedOfRun / Math.max(1, Load.sum(run))));
        });
        return rows;
    }

    /** Tables for the shell: a line a layer, quantiles over the layers, and what the gate gives and a capacity drops. */
    public String table(int window) {
        var rows = rows(window);
        if (rows.isEmpty()) {
            return "no mixture layer has routed a token yet";
        }
        int width = rows.stream().mapToInt(row -> row.path().length()).max().orElse(0);
        var text = new StringBuilder();
        line(text, width, "layer", "MaxVio", "of run", "entropy", "dead", "tokens of each expert");
        for (var row : rows) {
            var dead = row.dead().isEmpty() ? "-" : row.dead().toString().replaceAll("[\\[\\] ]", "");
            line(text, width, row.path(), decimal(row.maxVio()), decimal(row.maxVioOfRun()), decimal(row.entropy()), dead, whole(row.batch()));
        }
        if (rows.size() > 1) {
            for (int percent : new int[] {50, 90, 95}) {
                line(text, width, "p" + percent, quantile(rows, percent, Row::maxVio), quantile(rows, percent, Row::maxVioOfRun),
                        quantile(rows, percent, Row::entropy), "", "");
            }
        }
        rows.stream().filter(row -> row.mass().length > 0).forEach(row -> text.append(String.format(Locale.ROOT, "%-" + width + "s  %s%n",
                row.path(), "gate's mass, percent " + percents(row.mass()))));
        rows.stream().filter(row -> row.dropped().length > 0).forEach(row -> text.append(String.format(Locale.ROOT,
                "%-" + width + "s  dropped %s: %.1f %% of the batch, %.1f %% of the run%n", row.path(), whole(row.dropped()).strip(),
                100 * Load.sum(row.dropped()) / Math.max(1, Load.sum(row.batch())), 100 * row.droppedOfRun())));
        return text.toString();
    }

    private static void line(StringBuilder text, int width, String layer, String maxVio, String ofRun, String entropy, String dead, String tokens) {
        text.append(String.format(Locale.ROOT, "%-" + width + "s  %8s  %8s  %7s  %-6s  %s", layer, maxVio, ofRun, entropy, dead, tokens).stripTrailing())
                .append(System.lineSeparator());
    }

    private static String quantile(List<Row> rows, int percent, ToDoubleFunction<Row> value) {
        return decimal(Load.quantile(rows.stream().mapToDouble(value).toArray(), percent / 100.0));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String whole(float[] counts) {
        return line(counts, 1);
    }

    private static String percents(float[] counts) {
        double sum = Load.sum(counts);
        return line(counts, sum > 0 ? 100 / sum : 0);
    }

    private static String line(float[] values, double factor) {
        var text = new StringBuilder();
        for (float value : values) {
            text.append(String.format(Locale.ROOT, "%6.0f", value * factor));
        }
        return text.toString().stripLeading();
    }
}
