package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Position} must do. */
public abstract class PositionContract extends DecoderPartContract<Position> {

    private static final List<String> OF_TOKENS = List.of("embedded", "rotated");

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 2, 1, 1, 1), Size.of(1, 4, 2, 8, 1, 1, 1), Size.of(3, 13, 3, 12, 1, 1, 1),
                Size.of(1, 207, 2, 8, 1, 1, 1));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var settings = size.settings();
        var position = plugin();
        var scope = bench.scope(position, PlainParts.around(position));
        var embedded = position.embed(scope, graph.input("embeddings", TensorType.f32(size.batch(), size.time(), settings.dim())));
        var rotated = position.rotate(scope, graph.input("headed",
                TensorType.f32(size.batch(), size.time(), settings.heads(), settings.dim() / settings.heads())));
        graph.output("embedded", embedded);
        graph.output("rotated", rotated);
        var yields = new ArrayList<>(List.of(embedded, rotated));
        position.bias(scope, settings.heads(), 0, size.time()).ifPresent(bias -> {
            graph.output("bias", bias);
            yields.add(bias);
        });
        position.sharpness(scope, size.time()).ifPresent(sharpness -> graph.output("sharpness", sharpness));
        return yields;
    }

    @Override
    int[] indices(String input, Size size) {
        return new int[] {0}; // start
    }

    private Trial trial(Mode mode, Size size, Map<String, Object> options, Variables variables) {
        return trial(new ReferenceEngine(), graph(mode, size, options), size, variables);
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            var graph = graph(Mode.TRAINING, size, options);
            assertEquals(graph.inputs().get("embeddings").type(), graph.outputs().get("embedded").type(), where);
            assertEquals(graph.inputs().get("headed").type(), graph.outputs().get("rotated").type(), where);
            if (graph.outputs().containsKey("bias")) {
                assertEquals(TensorType.f32(size.settings().heads(), size.time()), graph.outputs().get("bias").type(), where);
            }
        });
    }

    @Test
    public void aTokenDependsOnItselfAndItsPlaceAlone() {
        everywhere((size, options, where) -> {
            try (var trial = trial(Mode.EVALUATION, size, options, new ReferenceEngine().variables())) {
                int dim = size.settings().dim();
                var before = trial.run().outputs();
                int kept = size.rows() / 2;
                for (var input : List.of("embeddings", "headed")) {
                    var values = numbers(input, size, size.rows() * dim);
                    for (int i = 0; i < values.length; i++) {
                        values[i] = i / dim == kept ? values[i] : 3 - values[i];
                    }
                    trial.with(input, values);
                }
                var after = trial.run().outputs();
                for (var name : OF_TOKENS) {
                    assertArrayEquals(Arrays.copyOfRange(before.get(name), kept * dim, (kept + 1) * dim),
                            Arrays.copyOfRange(after.get(name), kept * dim, (kept + 1) * dim), where + ", " + name);
                }
            }
        });
    }

    /** A token that is decoded at position p gets what it gets at p of a whole sequence, up to the last of the context. */
    @Test
    public void decodingCountsFromItsStart() {
        everywhere((size, options, where) -> {
            var variables = new ReferenceEngine().variables();
            try (var whole = trial(Mode.EVALUATION, size, options, variables)) {
                var expected = whole.run().outputs();
                for (int length : new int[] {1, Math.min(3, size.time())}) {
                    var some = new Size(size.batch(), length, size.settings());
                    try (var decoding = trial(Mode.DECODING, some, options, variables)) {
                        for (int start : new int[] {0, size.time() / 2, size.time() - length}) {
                            if (start + length <= size.time()) {
                                for (var input : List.of("embeddings", "headed")) {
                                    decoding.with(input, part(numbers(input, size, size.rows() * size.settings().dim()), size, start, length));
                                }
                                var decoded = decoding.with("start", start).run().outputs();
                                for (var name : OF_TOKENS) {
                                    Trial.assertClose(part(expected.get(name), size, start, length), decoded.get(name), 1e-5,
                                            where + ", " + name + ", " + length + " from " + start);
                                }
                            }
                        }
                    }
                }
            }
        });
    }

    /** A distance has the same bias whatever others are asked for: fewer, or those of keys behind the query. */
    @Test
    public void aBiasDependsOnTheDistance() {
        everywhere((size, options, where) -> {
            var variables = new ReferenceEngine().variables();
            int heads = size.settings().heads();
            int time = size.time();
            var causal = bias(size, options, variables, 0, time);
            var fewer = bias(size, options, variables, 0, Math.min(time, 3));
            for (int h = 0; h < heads && causal.length > 0; h++) {
                for (int distance = 0; distance < Math.min(time, 3); distance++) {
                    assertEquals(causal[h * time + distance], fewer[h * Math.min(time, 3) + distance], where + ", distance " + distance);
                }
            }
            assertEquals(causal.length == 0 ? 0 : heads * (2 * time - 1), bias(size, options, variables, 1 - time, 2 * time - 1).length, where);
        });
    }

    private float[] bias(Size size, Map<String, Object> options, Variables variables, int nearest, int distances) {
        var graph = new Graph(3);
        var position = plugin();
        var bias = position.bias(bench(graph, Mode.EVALUATION, size, options).scope(position, PlainParts.around(position)), size.settings().heads(), nearest, distances);
        if (bias.isEmpty()) {
            return new float[0];
        }
        graph.output("bias", bias.get());
        try (var trial = trial(new ReferenceEngine(), graph, size, variables)) {
            return trial.run().floats("bias");
        }
    }

    private static float[] part(float[] all, Size size, int start, int length) {
        int dim = size.settings().dim();
        var part = new float[size.batch() * length * dim];
        for (int b = 0; b < size.batch(); b++) {
            System.arraycopy(all, (b * size.time() + start) * dim, part, b * length * dim, length * dim);
        }
        return part;
    }
}
