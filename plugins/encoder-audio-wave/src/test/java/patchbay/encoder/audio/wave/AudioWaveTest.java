package patchbay.encoder.audio.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.contract.PlainParts;
import patchbay.contract.SmallSounds;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class AudioWaveTest extends EncoderContract {

    private static final int RATE = 1000;
    private static final Map<String, Object> SMALL =
            Map.of("rate", RATE, "seconds", 0.03f, "hop", 8, "step", 2, "channels", 3, "layers", 3, "cycle", 2, "skip-channels", 5, "kernel", 3);

    @Override
    protected Encoder plugin() {
        return new AudioWave();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(SMALL, Map.of("rate", RATE, "seconds", 0.032f, "hop", 4, "step", 1, "channels", 2, "layers", 2));
    }

    /** Shorter than a place, of some whole places and more at another rate, and longer than what is read. */
    @Override
    protected List<byte[]> examples() {
        return List.of(SmallSounds.tone(RATE, 5, 200), SmallSounds.tone(2 * RATE, 39, 90), SmallSounds.tone(RATE, 70, 130));
    }

    private static Bench bench(Graph graph, Map<String, Object> options) {
        var settings = new ModelSettings(1, 4, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        return new Bench(new Building(graph, Mode.EVALUATION, settings), "s", options);
    }

    /** Section 2's network, step by step. */
    @Test
    void asThePaperHasIt() {
        var graph = new Graph(5);
        var bench = bench(graph, SMALL);
        var features = new AudioWave().forward(bench.scope(new AudioWave(), 1, PlainParts.any()));
        graph.output("sequence", features.sequence());
        try (var trial = Trial.of(graph)) {
            for (var name : List.copyOf(graph.variables().keySet())) {
                trial.set(name, Trial.random(trial.variable(name).length, name.hashCode()));
            }
            var row = bench.reader(new AudioWave()).read(SmallSounds.tone(RATE, 32, 130));
            trial.with("s/samples", row.floats().get("samples")).with("s/length", 30).run();
            var steps = plain(trial, row.floats().get("samples"));
            var sequence = trial.floats("sequence");
            for (int i = 0; i < sequence.length; i++) {
                double sum = 0;
                int count = i / 4 == 3 ? 3 : 4; // the last place has 30 − 24 samples
                for (int step = 0; step < count; step++) {
                    sum += steps[i / 4 * 4 + step][i % 4];
                }
                assertEquals(sum / count, sequence[i], 1e-4, "place " + i / 4);
            }
        }
    }

    private static double[][] plain(Trial trial, float[] samples) {
        var x = new double[samples.length / 2][];
        for (int t = 0; t < x.length; t++) {
            x[t] = affine(trial, "s.input", new double[] {samples[2 * t], samples[2 * t + 1]});
        }
        var skips = new double[x.length][5];
        for (int layer = 0; layer < 3; layer++) {
            int dilation = layer == 1 ? 2 : 1;
            var next = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                var seen = new double[9];
                for (int tap = 0; tap < 3; tap++) {
                    int at = t - (2 - tap) * dilation;
                    for (int channel = 0; channel < 3 && at >= 0; channel++) {
                        seen[tap * 3 + channel] = x[at][channel];
                    }
                }
                var filter = affine(trial, "s.layers." + layer + ".filter", seen);
                var gate = affine(trial, "s.layers." + layer + ".gate", seen);
                var z = new double[3];
                for (int channel = 0; channel < 3; channel++) {
                    z[channel] = Math.tanh(filter[channel]) / (1 + Math.exp(-gate[channel]));
                }
                skips[t] = sum(skips[t], affine(trial, "s.layers." + layer + ".skip", z));
                next[t] = layer == 2 ? z : sum(x[t], affine(trial, "s.layers." + layer + ".residual", z));
            }
            x = next;
        }
        for (int t = 0; t < x.length; t++) {
            x[t] = affine(trial, "s.output", gelu(affine(trial, "s.mix", gelu(skips[t]))));
        }
        return x;
    }

    private static double[] affine(Trial trial, String name, double[] x) {
        var weight = trial.variable(name);
        var bias = trial.variable(name + "-bias");
        var y = new double[bias.length];
        for (int out = 0; out < y.length; out++) {
            y[out] = bias[out];
            for (int in = 0; in < x.length; in++) {
                y[out] += x[in] * weight[in * y.length + out];
            }
        }
        return y;
    }

    private static double[] sum(double[] a, double[] b) {
        var sum = new double[a.length];
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }

    /** x Φ(x), the integral of the density by Simpson's rule. */
    private static double[] gelu(double[] x) {
        return Arrays.stream(x).map(value -> {
            double integral = 0;
            for (int i = 0; i < 1000; i++) {
                double from = value * i / 1000;
                double to = value * (i + 1) / 1000;
                integral += (to - from) / 6 * (density(from) + 4 * density((from + to) / 2) + density(to));
            }
            return value * (0.5 + integral);
        }).toArray();
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    @Test
    void whatDoesNotFitIsTheUsersMistake() {
        var hop = assertThrows(UserError.class, () -> bench(new Graph(), Map.of("hop", 10)).reader(new AudioWave()));
        assertTrue(hop.getMessage().contains("hop is 10, step 4"), hop.getMessage());
        var layers = assertThrows(UserError.class, () -> bench(new Graph(), Map.of("layers", 0)).reader(new AudioWave()));
        assertTrue(layers.getMessage().contains("layers 0"), layers.getMessage());
    }
}
