package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Attention} must do, with rotary positions where heads have an even width, and a bias by distance. */
public abstract class AttentionContract extends DecoderPartContract<Attention> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 1, 1, 1, 1), Size.of(1, 2, 4, 8, 1, 1, 1), Size.of(3, 13, 4, 12, 1, 1, 1),
                Size.of(1, 67, 2, 26, 1, 1, 1));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var x = graph.input("x", TensorType.f32(size.batch(), size.time(), size.settings().dim()));
        enter(bench, size);
        var attention = plugin();
        var y = attention.forward(bench.scope(attention, new RotaryWithBias(), PlainParts.around(attention)), x);
        graph.output("y", y);
        return List.of(y);
    }

    /** Some tokens pass, of which some end a sentence. */
    private static void enter(Bench bench, Size size) {
        bench.building().enter(bench.building().graph().input("ids", TensorType.i32(size.batch(), size.time())), PlainParts.names(VOCABULARY));
    }

    /** Everything that positions can do to an attention. */
    @Plugin("rotary-with-bias")
    private static final class RotaryWithBias implements Position {

        @Override
        public Tensor rotate(Scope scope, Tensor headed) {
            return headed.dim(-1) % 2 == 0 ? headed.rotary(scope.start(), 10_000) : headed;
        }

        @Override
        public Optional<Tensor> bias(Scope scope, int heads, int nearest, int distances) {
            var bias = new float[heads * distances];
            for (int i = 0; i < bias.length; i++) {
                bias[i] = -0.1f * (1 + i / distances) * Math.abs(nearest + i % distances);
            }
            return Optional.of(scope.graph().constant(Shape.of(heads, distances), bias));
        }

        @Override
        public Optional<Tensor> sharpness(Scope scope, int time) {
            var places = new float[time];
            for (int t = 0; t < time; t++) {
                places[t] = t;
            }
            return Optional.of(scope.graph().constant(Shape.of(time), places).add(scope.start().toFloat()).multiply(0.02f).add(1));
        }
    }

    private static final int VOCABULARY = 11;

    @Override
    int[] indices(String input, Size size) {
        return input.equals("ids") ? new SplittableRandom(5).ints(size.rows(), 0, VOCABULARY).toArray() : new int[] {0}; // start
    }

    /** What {@code attention} makes of x [T, 8], in two heads and without positions. */
    protected static float[] output(Attention attention, float[] x, Map<String, Object> options) {
        return output(attention, "a", x, options);
    }

    /** @param path of its socket, which first values are drawn by */
    protected static float[] output(Attention attention, String path, float[] x, Map<String, Object> options) {
        var settings = new ModelSettings(1, 8, 2, x.length / 8 + 4, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var building = new Building(graph, Mode.EVALUATION, settings);
        building.enter(graph.constant(Shape.of(1, x.length / 8), new int[x.length / 8])); // none of which ends a sentence
        var bench = new Bench(building, path, options);
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition(), PlainParts.around(attention)), graph.constant(Shape.of(1, x.length / 8, 8), x)));
        try (var trial = Trial.of(graph).run()) {
            return trial.floats("y");
        }
    }

    private Trial trial(Mode mode, Size size, Map<String, Object> options, Variables variables) {
        return trial(new ReferenceEngine(), graph(mode, size, options), size, variables);
    }

    private Trial evaluation(Size size, Map<String, Object> options) {
        return trial(Mode.EVALUATION, size, options, new ReferenceEngine().variables());
    }

    @Test
    public void itCanBeCausal() {
        assertTrue(plugin().canBeCausal(), "a decoder's socket needs a causal attention");
    }

    /** An attention around it can weigh what its heads yield, so that heads of two attentions mix. */
    @Test
    public void whatItsHeadsYieldCanBeWeighed() {
        for (var size : sizes()) {
            var graph = new Graph(3);
            var x = graph.input("x", TensorType.f32(size.batch(), size.time(), size.settings().dim()));
            var muting = new Muting(plugin().getClass().getAnnotation(Plugin.class).value());
            var bench = bench(graph, Mode.EVALUATION, size, Map.of());
            enter(bench, size);
            var scope = bench.scope(muting, new RotaryWithBias(), PlainParts.around(plugin()));
            graph.output("y", muting.forward(scope, x));
            try (var trial = trial(new ReferenceEngine(), graph, size, new ReferenceEngine().variables())) {
                for (float y : trial.run().floats("y")) {
                    assertEquals(0, y, 0, size + ": joins its heads without asking scope.weighed");
                }
            }
        }
    }

    /** Around {@code plugin}, none of whose heads is heard. */
    @Plugin("muting")
    private record Muting(String plugin) implements Attention {

        @Override
        public List<Within> within() {
            return List.of(new Within("muted", plugin));
        }

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            return scope.within("muted", x, mixed -> mixed.multiply(0));
        }
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> assertEquals(TensorType.f32(size.batch(), size.time(), size.settings().dim()),
                graph(Mode.TRAINING, size, options).outputs().get("y").type(), where));
    }

    @Test
    public void aTokenChangesNothingBeforeIt() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int dim = size.settings().dim();
                var x = numbers("x", size, size.rows() * dim);
                var before = trial.run().floats("y");
                for (int t : new int[] {0, 1, size.time() / 2, size.time() - 1}) {
                    if (t < size.time()) {
                        var changed = x.clone();
                        for (int i = t * dim; i < (t + 1) * dim; i++) {
                            changed[i] = 5 - changed[i];
                        }
                        var after = trial.with("x", changed).run().floats("y");
                        Trial.assertClose(Arrays.copyOf(before, t * dim), Arrays.copyOf(after, t * dim), 1e-6, where + ", token " + t);
                    }
                }
            }
        });
    }

    @Test
    public void aSequenceDependsOnItselfAlone() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int length = size.time() * size.settings().dim();
                var x = numbers("x", size, size.batch() * length);
                var before = trial.run().floats("y");
                for (int i = length; i < x.length; i++) {
                    x[i] = 5 - x[i];
                }
                assertArrayEquals(Arrays.copyOf(before, length), Arrays.copyOf(trial.with("x", x).run().floats("y"), length), where);
            }
        });
    }

    /** One by one, in chunks and at once, behind a cache in which an earlier generation left its values. */
    @Test
    public void decodingGivesWhatTheWholeSequenceGives() {
        everywhere((size, options, where) -> {
            var variables = new ReferenceEngine().variables();
            try (var whole = trial(Mode.EVALUATION, size, options, variables)) {
                var x = numbers("x", size, size.rows() * size.settings().dim());
                var expected = whole.run().floats("y");
                for (int chunk : new int[] {1, 5, size.time()}) {
                    checkDecoding(size, options, variables.fork(), x, expected, chunk, where);
                }
            }
        });
    }

    @Test
    public void aPromptIsReadInChunksAsTokenByToken() {
        optionSets().forEach(options -> new Continuations(plugin(), options).checkReading());
    }

    @Test
    public void aForkGoesOnAsIfItHadBeenAlone() {
        optionSets().forEach(options -> new Continuations(plugin(), options).checkFork());
    }

    @Test
    public void cutBackIsAsIfNothingMoreHadBeenRead() {
        optionSets().forEach(options -> new Continuations(plugin(), options).checkCut());
    }

    private void checkDecoding(Size size, Map<String, Object> options, Variables caches, float[] x, float[] expected, int chunk,
            String where) {
        int dim = size.settings().dim();
        for (int start = 0; start < size.time(); start += chunk) {
            int length = Math.min(chunk, size.time() - start);
            try (var decoding = trial(Mode.DECODING, new Size(size.batch(), length, size.settings()), options, caches)) {
                if (start == 0) {
                    WholeModel.dirty(caches);
                }
                var fresh = part(x, size, dim, start, length);
                var y = decoding.with("x", fresh).with("ids", part(indices("ids", size), size, start, length)).with("start", start).run().floats("y");
                Trial.assertClose(part(expected, size, dim, start, length), y, 1e-4, where + ", " + length + " tokens from " + start);
            }
        }
    }

    private static int[] part(int[] all, Size size, int start, int length) {
        return IntStream.range(0, size.batch() * length).map(i -> all[i / length * size.time() + start + i % length]).toArray();
    }

    /** Tokens {@code start} … {@code start + length − 1} of every sequence. */
    private static float[] part(float[] all, Size size, int dim, int start, int length) {
        var part = new float[size.batch() * length * dim];
        for (int b = 0; b < size.batch(); b++) {
            System.arraycopy(all, (b * size.time() + start) * dim, part, b * length * dim, length * dim);
        }
        return part;
    }
}
