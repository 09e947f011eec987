package patchbay.lab.contexts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import patchbay.data.Tokenizer;
import patchbay.lab.DataNames;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.Cache;
import patchbay.model.ModelSettings;
import patchbay.model.Shelf;
import patchbay.spi.Attention;
import patchbay.spi.Position;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** One attention with its projections, outside of a model, at one work over one text of random numbers. */
final class Layer implements AutoCloseable {

    static final int DIM = 256;
    static final int HEADS = 4;

    private static final String START = "start";
    private static final String IDS = "ids";

    /** How many tokens before the one that is decoded are really read, from a multiple of it on. */
    private static final int READ = 64;

    private final Program program;
    private final long bytes;

    /** @param shelf what stands in the sockets within the attention, if it has any */
    Layer(Engine engine, Attention attention, Position position, Shelf shelf, Work work, int tokens) {
        var variables = engine.variables();
        var measured = new Reading(attention, position, shelf, work, tokens, work == Work.decode ? tokens - 1 : 0);
        program = engine.compile(measured.graph, variables);
        measured.write(program);
        var caches = measured.building.caches();
        for (var cache : caches) { // as if other tokens had been read: zeros would all look alike
            if (cache.type().dtype() == DType.F32) {
                variables.put(cache.name(), cache.type(), random(cache.type().size(), cache.name().hashCode()));
            }
        }
        if (work == Work.decode) { // the last ones are, as what one token finds may be kept for those right after it
            var before = new Reading(attention, position, shelf, work, tokens, Math.max(0, tokens - READ) / READ * READ);
            try (var reading = engine.compile(before.graph, variables)) {
                before.write(reading);
                reading.run();
            }
        }
        bytes = program.memory() - measured.graph.inputs().values().stream().mapToLong(input -> input.type().bytes()).sum()
                + caches.stream().mapToLong(Cache::bytes).sum();
    }

    /** The layer over the tokens from {@code start} to the last. */
    private static final class Reading {

        private final Graph graph = new Graph(1);
        private final Building building;
        private final Tokenizer tokenizer = Tokenizer.bytes();
        private final int start;

        Reading(Attention attention, Position position, Shelf shelf, Work work, int tokens, int start) {
            var settings = new ModelSettings(1, DIM, HEADS, tokens, 1, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
            this.building = new Building(graph, work.mode, settings);
            this.start = start;
            int time = tokens - start;
            building.enter(graph.input(IDS, TensorType.i32(1, time)), DataNames.of(tokenizer));
            var x = graph.input("x", TensorType.f32(1, time, DIM));
            var y = attention.forward(new Bench(building, "attention", Map.of()).scope(attention, position, shelf), x);
            results(x, y, work).forEach(result -> graph.output("result " + graph.outputs().size(), result));
        }

        private List<Tensor> results(Tensor x, Tensor y, Work work) {
            if (work != Work.training) {
                return List.of(y);
            }
            var learnt = new ArrayList<>(graph.parameters().values());
            learnt.add(x);
            return Gradients.of(List.of(y), List.of(graph.input("seed", y.type())), learnt);
        }

        void write(Program program) {
            graph.inputs().forEach((name, input) -> {
                switch (name) {
                    case IDS -> program.write(name, text(tokenizer, input.dim(1)));
                    case START -> program.write(name, new int[] {start});
                    default -> write(program, name, input);
                }
            });
        }

        private static void write(Program program, String name, Tensor input) {
            if (input.dtype() == DType.I32) {
                program.write(name, new int[input.size()]);
            } else {
                program.write(name, random(input.size(), name.hashCode()));
            }
        }
    }

    private static float[] random(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Words of some letters in sentences of some words, for attentions that look at either. */
    private static int[] text(Tokenizer tokenizer, int tokens) {
        var random = new SplittableRandom(1);
        var text = new StringBuilder();
        while (text.length() < tokens) {
            for (int word = random.nextInt(4, 20); word >= 0; word--) {
                for (int letter = random.nextInt(1, 9); letter >= 0; letter--) {
                    text.append((char) random.nextInt('a', 'z' + 1));
                }
                text.append(word == 0 ? ". " : " ");
            }
        }
        return tokenizer.encode(text.substring(0, tokens));
    }

    void run() {
        program.run();
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        program.close();
    }
}
