package patchbay.encoder.text.bert;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import patchbay.attention.full.FullAttention;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.capacity.dropless.Dropless;
import patchbay.engine.cpu.CpuEngine;
import patchbay.expert.gelu.Gelu;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.model.Shelf;
import patchbay.position.none.NoPosition;
import patchbay.router.topk.TopKRouter;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.weights.wordpiece.WordPiece;

/**
 * A batch of texts through the encoder, and what comes out.
 *
 * @param places T
 */
final class Texts implements AutoCloseable {

    private final Encoder.Reader reader;
    private final WordPiece vocabulary;
    private final CpuEngine engine;
    private final Program program;
    private final String input;
    private final int batch;
    private final int places;

    /** @param options as an experiment file has them */
    Texts(int batch, Map<String, Object> options) {
        this(batch, options, 2);
    }

    Texts(int batch, Map<String, Object> options, int threads) {
        var bert = new Bert();
        var graph = new Graph(1);
        var settings = new ModelSettings(1, 64, 2, 8, 64, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.layer);
        var bench = new Bench(new Building(graph, Mode.EVALUATION, settings), "encoders.text", options);
        var scope = bench.scope(bert, batch, Shelf.of(new FullAttention(), new Gelu(), new NoPosition(), new TopKRouter(), new AuxiliaryLoss(), new Dropless()));
        var features = bert.forward(scope);
        graph.output("sequence", features.sequence());
        graph.output("summary", features.summary());
        if (bert.pretrained(scope, "predict").isPresent()) {
            graph.output("logits", bert.predict(scope, features.sequence().reshape(batch * features.places(), features.dim())));
        }
        this.reader = bench.reader(bert);
        this.vocabulary = ((TextReader) reader).vocabulary();
        this.input = bench.input(TextReader.TOKENS);
        this.batch = batch;
        this.places = features.places();
        this.engine = new CpuEngine(threads);
        this.program = engine.compile(graph, engine.variables());
    }

    /** Fewer texts than the batch leave the rest without any. */
    Texts read(List<String> texts) {
        var tokens = new int[batch * places];
        for (int row = 0; row < texts.size(); row++) {
            System.arraycopy(reader.read(texts.get(row).getBytes(StandardCharsets.UTF_8)).ints().get(TextReader.TOKENS), 0, tokens, row * places, places);
        }
        program.write(input, tokens);
        program.run();
        return this;
    }

    /** A token, and how likely it is. */
    record Guess(String token, double probability) {}

    /** The likeliest tokens at a place of the first text. */
    List<Guess> best(int place, int count) {
        var logits = output("logits");
        int words = vocabulary.vocabularySize();
        double total = IntStream.range(0, words).mapToDouble(id -> Math.exp(logits[place * words + id])).sum();
        return IntStream.range(0, words).mapToObj(id -> new Guess(vocabulary.token(id), Math.exp(logits[place * words + id]) / total))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed()).limit(count).toList();
    }

    int places() {
        return places;
    }

    float[] output(String name) {
        return program.floats(name);
    }

    @Override
    public void close() {
        program.close();
        engine.close();
    }
}
