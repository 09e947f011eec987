package patchbay.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * An example of one modality that arrives in parts, and what the model says of what there is of it: its encoder keeps what it needs of the parts before. Behind
 * the last part that is what it says of the whole example at once.
 */
public final class Arriving implements AutoCloseable {

    private final Encoder.Incoming incoming;
    private final Graph graph;
    private final String path;
    private final String place;
    private final Map<String, TensorType> inputs;
    private final Program program;
    private final int step;
    private int places;

    /**
     * @param variables the model's values, which are read only, and must stay as they are until {@link #close}
     * @throws UserError if the modality's encoder reads whole examples only
     */
    public Arriving(Engine engine, Multimodal model, Variables variables, String modality) {
        if (!model.task().modalities().contains(modality)) {
            throw UserError.unknown("modality", modality, model.task().modalities());
        }
        path = Socket.ENCODERS + modality;
        var fitting = model.rack().at(path);
        var settings = model.rack().settings();
        incoming = fitting.incoming(settings).orElseThrow(() -> new UserError(fitting.place() + " reads whole examples only, with these options: none can arrive in parts"));
        place = fitting.place();
        inputs = incoming.inputs();
        graph = new Graph();
        var answer = model.answer(new Building(graph, Mode.DECODING, settings), modality);
        step = answer.features().places();
        graph.output("summary", answer.features().summary());
        answer.logits().ifPresent(logits -> graph.output("logits", logits));
        answer.embedding().ifPresent(embedding -> graph.output("embedding", embedding));
        program = engine.compile(graph, Generator.taken(engine, graph, variables));
    }

    /**
     * What the model says of what has arrived.
     *
     * @param places of features that there are, padding at the end counted
     * @param summary of them all
     * @param logits of the labels, where the task asks for them
     * @param embedding of length 1, where modalities are aligned
     */
    public record Partial(int places, float[] summary, Optional<float[]> logits, Optional<float[]> embedding) {}

    /**
     * @param part of the example's file, behind those before
     * @return empty if too little has come since the last time
     */
    public Optional<Partial> read(byte[] part) {
        return run(incoming.read(part));
    }

    /**
     * Nothing more comes.
     *
     * @throws UserError if the example is not whole
     */
    public Partial end() {
        return run(incoming.end()).orElseGet(this::said);
    }

    private Optional<Partial> run(List<Encoder.Row> rows) {
        for (var row : rows) {
            CheckedReader.checked(place, inputs, row);
            program.write("start", new int[] {places});
            row.floats().forEach((name, values) -> program.write(EncoderScope.input(path, name), values));
            row.ints().forEach((name, values) -> program.write(EncoderScope.input(path, name), values));
            program.run();
            places += step;
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(said());
    }

    private Partial said() {
        return new Partial(places, program.floats("summary"), output("logits"), output("embedding"));
    }

    private Optional<float[]> output(String name) {
        return graph.outputs().containsKey(name) ? Optional.of(program.floats(name)) : Optional.empty();
    }

    @Override
    public void close() {
        program.close();
    }
}
