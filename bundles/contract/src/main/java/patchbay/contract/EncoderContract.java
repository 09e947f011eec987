package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Encoder} must do. */
public abstract class EncoderContract extends PartContract<Encoder> {

    /** Whole files that it reads, at least three and all different. */
    protected abstract List<byte[]> examples();

    /** What it must refuse: by default nothing at all, noise, and its examples without their second half. */
    protected List<byte[]> broken() {
        var broken = new ArrayList<>(List.of(new byte[0], new byte[] {0}));
        var noise = new byte[500];
        new SplittableRandom(1).nextBytes(noise);
        broken.add(noise);
        examples().forEach(bytes -> broken.add(Arrays.copyOf(bytes, bytes.length / 2)));
        return broken;
    }

    private Encoder.Reader reader;
    private final Map<String, String> inputs = new LinkedHashMap<>();

    @Override
    String path() {
        return "encoders.socket";
    }

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 2, 8, 12, 1, 1), Size.of(3, 1, 2, 8, 12, 1, 1));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        reader = bench.reader(plugin());
        reader.inputs().keySet().forEach(name -> inputs.put(bench.input(name), name));
        var features = plugin().forward(bench.scope(plugin(), size.batch(), PlainParts.any()));
        var graph = bench.building().graph();
        graph.output("sequence", features.sequence());
        graph.output("weights", features.weights());
        graph.output("summary", features.summary());
        return List.of(features.sequence(), features.summary());
    }

    @Override
    float[] numbers(String input, Size size, int length) {
        var values = new float[length];
        for (int row = 0; row < size.batch(); row++) {
            var one = reader.read(example(row)).floats().get(inputs.get(input));
            System.arraycopy(one, 0, values, row * one.length, one.length);
        }
        return values;
    }

    @Override
    int[] indices(String input, Size size) {
        if (!inputs.containsKey(input)) {
            return new int[1]; // start
        }
        var values = new int[size.batch() * reader.inputs().get(inputs.get(input)).size()];
        for (int row = 0; row < size.batch(); row++) {
            var one = reader.read(example(row)).ints().get(inputs.get(input));
            System.arraycopy(one, 0, values, row * one.length, one.length);
        }
        return values;
    }

    private byte[] example(int row) {
        return examples().get(row % examples().size());
    }

    /** Shorter, as norms over a few channels of much the same value bend sharply. */
    @Override
    double step() {
        return 2e-3;
    }

    /** Inputs are data: gradients are taken by parameters alone. */
    @Override
    boolean isMoved(String input) {
        return false;
    }

    private Trial trial(Size size, Map<String, Object> options, Variables variables) {
        return trial(new ReferenceEngine(), graph(Mode.EVALUATION, size, options), size, variables);
    }

    @Test
    public void rowsAreWhatTheReaderSays() {
        everywhere((size, options, where) -> {
            graph(Mode.EVALUATION, size, options);
            for (var bytes : examples()) {
                var row = reader.read(bytes);
                reader.inputs().forEach((name, type) -> assertEquals(type.size(),
                        type.dtype().isFloat() ? row.floats().get(name).length : row.ints().get(name).length, where + ", " + name));
            }
        });
    }

    @Test
    public void brokenFilesAreAUsersError() {
        everywhere((size, options, where) -> {
            graph(Mode.EVALUATION, size, options);
            for (var bytes : broken()) {
                var error = assertThrows(UserError.class, () -> reader.read(bytes), where + ", " + bytes.length + " bytes");
                assertTrue(!error.getMessage().isBlank() && !error.getMessage().contains("\n"), error.getMessage());
            }
        });
    }

    @Test
    public void differentExamplesHaveDifferentFeatures() {
        everywhere((size, options, where) -> {
            if (size.batch() > 2) {
                try (var trial = trial(size, options, new ReferenceEngine().variables())) {
                    var summary = trial.run().outputs().get("summary");
                    int dim = summary.length / size.batch();
                    for (int row = 1; row < size.batch(); row++) {
                        assertTrue(!Arrays.equals(Arrays.copyOf(summary, dim), Arrays.copyOfRange(summary, row * dim, (row + 1) * dim)), where);
                    }
                    for (float value : summary) {
                        assertTrue(Float.isFinite(value), where);
                    }
                }
            }
        });
    }

    /** What else is in a batch, an example without the modality among it, changes nothing. */
    @Test
    public void anExampleDependsOnItselfAlone() {
        everywhere((size, options, where) -> {
            if (size.batch() > 1) {
                var variables = new ReferenceEngine().variables();
                try (var trial = trial(size, options, variables)) {
                    var before = trial.run().outputs();
                    trial.graph().inputs().forEach((name, input) -> { // the first is missing now
                        if (inputs.containsKey(name) && input.dtype().isFloat()) {
                            var values = numbers(name, size, input.size());
                            Arrays.fill(values, 0, values.length / size.batch(), 0);
                            trial.with(name, values);
                        } else if (inputs.containsKey(name)) {
                            var values = indices(name, size);
                            Arrays.fill(values, 0, values.length / size.batch(), 0);
                            trial.with(name, values);
                        }
                    });
                    var after = trial.run().outputs();
                    for (var name : List.of("sequence", "weights", "summary")) {
                        int each = before.get(name).length / size.batch();
                        Trial.assertClose(Arrays.copyOfRange(before.get(name), each, before.get(name).length),
                                Arrays.copyOfRange(after.get(name), each, after.get(name).length), 1e-6, where + ", " + name);
                        for (float value : after.get(name)) {
                            assertTrue(Float.isFinite(value), where + ", " + name + " of a missing example");
                        }
                    }
                }
            }
        });
    }

    /** What comes of a missing example is multiplied by 0, and so is its gradient: that of zeros must be a number. */
    @Test
    public void aMissingExampleTeachesNothing() {
        everywhere((size, options, where) -> {
            var graph = new Graph(3);
            var tensors = build(bench(graph, Mode.TRAINING, size, options), size);
            var parameters = List.copyOf(graph.parameters().values());
            var seeds = tensors.stream().map(tensor -> graph.filled(tensor.shape(), 0)).toList();
            var gradients = Gradients.of(tensors, seeds, parameters);
            for (int i = 0; i < gradients.size(); i++) {
                graph.output("gradient/" + i, gradients.get(i));
            }
            try (var trial = Trial.of(graph)) {
                graph.inputs().forEach((name, input) -> {
                    if (input.dtype().isFloat()) {
                        trial.with(name, new float[input.size()]);
                    } else {
                        trial.with(name, new int[input.size()]);
                    }
                });
                trial.run();
                for (int i = 0; i < gradients.size(); i++) {
                    for (float value : trial.floats("gradient/" + i)) {
                        assertEquals(0, value, 0, where + ", gradient of " + parameters.get(i));
                    }
                }
            }
        });
    }

    /** In parts of any size, behind caches in which an earlier example left its values. */
    @Test
    public void whatArrivesInPartsIsTheWhole() {
        everywhere((size, options, where) -> {
            var one = new Size(1, size.time(), size.settings());
            if (bench(new Graph(), Mode.DECODING, one, options).incoming(plugin()).isPresent()) {
                var variables = new ReferenceEngine().variables();
                try (var whole = trial(one, options, variables); var chunks = Trial.of(new ReferenceEngine(), graph(Mode.DECODING, one, options), variables)) {
                    for (var bytes : examples()) {
                        write(whole, reader.read(bytes));
                        var expected = whole.run().outputs();
                        for (int part : new int[] {1, 7, bytes.length}) {
                            var incoming = bench(new Graph(), Mode.DECODING, one, options).incoming(plugin()).orElseThrow();
                            checkParts(chunks, incoming, bytes, part, expected, where + ", " + part + " bytes at a time");
                        }
                    }
                }
            }
        });
    }

    private void checkParts(Trial chunks, Encoder.Incoming incoming, byte[] bytes, int part, Map<String, float[]> expected, String where) {
        WholeModel.dirty(chunks.variables());
        var rows = new ArrayList<Encoder.Row>();
        for (int from = 0; from < bytes.length; from += part) {
            rows.addAll(incoming.read(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + part))));
        }
        rows.addAll(incoming.end());
        int places = 0;
        int dim = expected.get("summary").length;
        var sequence = expected.get("sequence");
        for (var row : rows) {
            write(chunks, row);
            chunks.with("start", places).run();
            var weights = chunks.floats("weights");
            var fresh = chunks.floats("sequence");
            for (int place = 0; place < weights.length; place++) {
                if (weights[place] > 0) {
                    int at = (places + place) * dim;
                    Trial.assertClose(Arrays.copyOfRange(sequence, at, at + dim), Arrays.copyOfRange(fresh, place * dim, (place + 1) * dim), 1e-4,
                            where + ", place " + (places + place));
                    assertEquals(expected.get("weights")[places + place], weights[place], 1e-6, where + ", weight of place " + (places + place));
                }
            }
            places += weights.length;
        }
        Trial.assertClose(expected.get("summary"), chunks.floats("summary"), 1e-4, where);
    }

    private void write(Trial trial, Encoder.Row row) {
        row.floats().forEach((name, values) -> trial.with(path() + "/" + name, values));
        row.ints().forEach((name, values) -> trial.with(path() + "/" + name, values));
    }

    @Test
    public void partsOfABrokenFileAreAUsersError() {
        everywhere((size, options, where) -> {
            if (bench(new Graph(), Mode.DECODING, size, options).incoming(plugin()).isPresent()) {
                for (var bytes : broken()) {
                    var incoming = bench(new Graph(), Mode.DECODING, size, options).incoming(plugin()).orElseThrow();
                    assertThrows(UserError.class, () -> {
                        for (byte one : bytes) {
                            incoming.read(new byte[] {one});
                        }
                        incoming.end();
                    }, where + ", " + bytes.length + " bytes");
                }
            }
        });
    }
}
