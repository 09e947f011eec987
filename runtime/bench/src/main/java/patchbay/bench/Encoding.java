package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import patchbay.encoder.text.bert.Bert;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.model.Shelf;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;

/** {@code encode}: texts through the encoder {@code text-bert} with the weights of all-MiniLM-L6-v2, where they are on the class path, and else with as many others. */
final class Encoding {

    private static final String FILE = "all-minilm-l6-v2.onnx";
    private static final String MODALITY = "encoders.text";
    private static final int LAYERS = 6;
    private static final int DIM = 384;
    private static final int HEADS = 12;
    private static final int HIDDEN = 1536;
    /** Of BERT's vocabulary, behind its marks. */
    private static final int FIRST_WORD = 1000;
    private static final int WORDS = 30_000;

    private Encoding() {}

    static Benchmark benchmark() {
        return new Benchmark("encode", "Encoding of texts (batch × tokens): MiniLM, 6 layers of dim 384, f32", "less is better",
                List.of(line(1, 16), line(1, 128), line(8, 128)));
    }

    private static Line line(int batch, int time) {
        double products = 2.0 * batch * time * LAYERS * (4.0 * DIM * DIM + 2.0 * DIM * HIDDEN + 2.0 * time * DIM);
        var contenders = new ArrayList<>(List.of(new Contender(OURS, products, threads -> ours(batch, time, threads))));
        if (weights().isPresent() && Encoding.class.getResource("/ai/onnxruntime/OrtSession.class") != null) {
            contenders.add(new Contender(OnnxRuntime.NAME, products, threads -> new OnnxRuntime(weights().get(), FILE, tokens(batch, time), batch, threads)));
        }
        return new Line(batch + " × " + time, Unit.MILLISECONDS, batch * time, 300, contenders);
    }

    /** The archive that they are in. */
    private static Optional<Path> weights() {
        return Optional.ofNullable(Encoding.class.getResource("/" + FILE)).map(Object::toString).filter(place -> place.startsWith("jar:")).map(place -> {
            try {
                return Path.of(new URI(place.substring("jar:".length(), place.indexOf('!'))));
            } catch (URISyntaxException e) {
                throw new IllegalStateException(place, e);
            }
        });
    }

    /** Random words, no padding. */
    private static int[] tokens(int batch, int time) {
        return new SplittableRandom(1).ints((long) batch * time, FIRST_WORD, WORDS).toArray();
    }

    private static Task ours(int batch, int time, int threads) {
        var bert = new Bert();
        var graph = new Graph(1);
        var settings = new ModelSettings(LAYERS, DIM, HEADS, time, HIDDEN, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.layer);
        var options = new HashMap<String, Object>(Map.of("length", time, "layers", LAYERS, "heads", HEADS, "hidden", HIDDEN));
        weights().ifPresent(jar -> options.put("weights", jar + "!" + FILE));
        var bench = new Bench(new Building(graph, Mode.EVALUATION, settings), MODALITY, options);
        graph.output(ProgramTask.RESULT, bert.forward(bench.scope(bert, batch, Shelf.of(Plugins.all()))).sequence());
        var tokens = tokens(batch, time);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i]++; // 0 is padding
        }
        return new ProgramTask(new CpuEngine(threads), graph, program -> program.write(bench.input("tokens"), tokens), weights().isPresent());
    }
}
