package patchbay.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import patchbay.data.Example;
import patchbay.model.Building;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;

/**
 * Encoders that make the same of an example in every step: nothing of them learns, nothing in them is random, and they remember nothing. What they make of one is no part of a step, but
 * computed when an example first comes, of each alone, so that it does not depend on which ones come together, and kept as long as there is room.
 */
final class FrozenEncoders implements AutoCloseable {

    /** An encoder as a graph for one example. */
    private record One(Graph graph, Features features) {

        /** By the names of a step's inputs. */
        Map<String, Tensor> parts(String modality) {
            return Map.of(Multimodal.input(modality, "features.sequence"), features.sequence(), Multimodal.input(modality, "features.weights"), features.weights(),
                    Multimodal.input(modality, "features.summary"), features.summary());
        }
    }

    private final Engine engine;
    private final Variables variables;
    private final Map<String, One> encoders; // by modality
    private final Map<String, Program> programs = new LinkedHashMap<>();
    private final ByExample<Map<String, float[]>> kept = new ByExample<>(features -> features.values().stream().mapToLong(values -> 4L * values.length).sum());

    private FrozenEncoders(Engine engine, Variables variables, Map<String, One> encoders) {
        this.engine = engine;
        this.variables = variables;
        this.encoders = encoders;
    }

    /** @param seed of the graph that they are left out of */
    static FrozenEncoders of(Engine engine, Model model, Variables variables, long seed) {
        var encoders = new LinkedHashMap<String, One>();
        if (model instanceof Multimodal multimodal) {
            for (var modality : multimodal.task().modalities()) {
                var building = new Building(new Graph(seed), Mode.TRAINING, model.rack().settings());
                var features = multimodal.features(building, modality, 1);
                if (isFrozen(building)) {
                    encoders.put(modality, new One(building.graph(), features));
                }
            }
        }
        return new FrozenEncoders(engine, variables, encoders);
    }

    /** For a graph that has all encoders. */
    static FrozenEncoders none(Engine engine, Variables variables) {
        return new FrozenEncoders(engine, variables, Map.of());
    }

    private static boolean isFrozen(Building building) {
        var graph = building.graph();
        var frozen = Frozen.of(building.settings());
        return graph.parameters().entrySet().stream().allMatch(parameter -> frozen.wholly(parameter.getKey(), parameter.getValue().shape()))
                && graph.variables().size() == graph.parameters().size() && !graph.inputs().containsKey(StepProgram.DRAW)
                && building.routings().isEmpty() && building.metrics().isEmpty(); // what a step tells of each batch
    }

    /** The names of their parameters. */
    List<String> parameters() {
        return encoders.values().stream().flatMap(one -> one.graph.parameters().keySet().stream()).toList();
    }

    /** Their features of {@code batch} examples as inputs of a step's graph, by modality. */
    Map<String, Features> inputs(Graph graph, int batch) {
        var features = new LinkedHashMap<String, Features>();
        encoders.forEach((modality, one) -> {
            var inputs = new LinkedHashMap<Tensor, Tensor>();
            one.parts(modality).forEach((name, part) -> inputs.put(part, graph.input(name, TensorType.f32(part.shape().with(0, batch)))));
            features.put(modality, new Features(inputs.get(one.features.sequence()), inputs.get(one.features.weights()), inputs.get(one.features.summary())));
        });
        return features;
    }

    /**
     * Writes the features of a batch that begins with {@code examples}.
     *
     * @param rows what their readers made of them, by modality
     * @param read inputs of the program that it reads
     */
    void write(Program program, int batch, List<Example> examples, Map<String, List<Optional<Encoder.Row>>> rows, Set<String> read) {
        encoders.forEach((modality, one) -> {
            var its = IntStream.range(0, examples.size())
                    .mapToObj(i -> rows.get(modality).get(i).map(row -> kept.of(examples.get(i), modality, () -> features(modality, one, row, read)))).toList();
            one.parts(modality).forEach((name, part) -> {
                if (read.contains(name)) {
                    program.write(name, Intake.gathered(new float[batch * part.size()], part.size(), its, features -> features.get(name)));
                }
            });
        });
    }

    private Map<String, float[]> features(String modality, One one, Encoder.Row row, Set<String> read) {
        var program = programs.computeIfAbsent(modality, _ -> compile(modality, one, read));
        var inputs = one.graph.inputs().keySet();
        row.floats().forEach((name, values) -> write(inputs, Multimodal.input(modality, name), input -> program.write(input, values)));
        row.ints().forEach((name, values) -> write(inputs, Multimodal.input(modality, name), input -> program.write(input, values)));
        program.run();
        var features = new LinkedHashMap<String, float[]>();
        one.graph.outputs().keySet().forEach(name -> features.put(name, program.floats(name)));
        return features;
    }

    private static void write(Set<String> inputs, String input, Consumer<String> write) {
        if (inputs.contains(input)) {
            write.accept(input);
        }
    }

    private Program compile(String modality, One one, Set<String> read) {
        one.parts(modality).forEach((name, part) -> {
            if (read.contains(name)) {
                one.graph.output(name, part);
            }
        });
        return engine.compile(one.graph, variables);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
        programs.clear();
    }
}
