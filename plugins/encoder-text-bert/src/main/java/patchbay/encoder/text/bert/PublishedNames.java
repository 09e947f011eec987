package patchbay.encoder.text.bert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.weights.Mapping;
import patchbay.weights.Mapping.Source;
import patchbay.weights.Weight;
import patchbay.weights.WeightsFile;

/**
 * What the tensors of a published model of the BERT family are called: {@code bert/encoder/layer_0/attention/self/query/kernel} in the authors' checkpoints,
 * {@code bert.encoder.layer.0.attention.self.query.weight} (output first) in PyTorch's, {@code encoder.layer.0.attention.self.query.MatMul} in those exported to
 * ONNX, whose nodes' names they are.
 */
final class PublishedNames {

    private static final Pattern WORDS = Pattern.compile("(.*?)embeddings([./])word_embeddings(\\.weight)?");

    /** What an encoder has no use for: numbers of places, what is trained to tell whether two sentences follow one another, copies of the words. */
    private static final Pattern IGNORED = Pattern.compile("(.*[./])?(position_ids|pooler[./].*|seq_relationship[./].*|predictions[./]decoder[./].*)");

    private final WeightsFile file;
    private final String encoder;
    private final boolean checkpoint;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private PublishedNames(WeightsFile file, String encoder, boolean checkpoint) {
        this.file = file;
        this.encoder = encoder;
        this.checkpoint = checkpoint;
    }

    /** @throws UserError if the file is of another family */
    static PublishedNames of(WeightsFile file) {
        for (var tensor : file.tensors()) {
            var words = WORDS.matcher(tensor.name());
            if (words.matches()) {
                var names = new PublishedNames(file, words.group(1), words.group(2).equals("/"));
                names.add(tensor);
                if (!names.shapes.containsKey("layers.0.attention.query")) {
                    throw new UserError(file.file() + ": it has embeddings but no layers");
                }
                return names;
            }
        }
        throw new UserError(file.file() + ": no tensor in it is called embeddings.word_embeddings: it is no model of the BERT family");
    }

    Mapping mapping() {
        return new Mapping(sources);
    }

    /** Of the parameters that the file is expected to have values for. */
    Map<String, Shape> shapes() {
        return shapes;
    }

    /** Whether these are the names of the authors' checkpoints. */
    boolean isCheckpoint() {
        return checkpoint;
    }

    boolean isIgnored(String tensor) {
        return IGNORED.matcher(tensor).matches();
    }

    private void add(Weight words) {
        int vocabulary = size(words.name(), 0);
        int dim = size(words.name(), 1);
        var embeddings = encoder + "embeddings.";
        put("words", table(embeddings + "word_embeddings"), vocabulary, dim);
        put("positions", table(embeddings + "position_embeddings"), size(table(embeddings + "position_embeddings"), 0), dim);
        put("kinds", table(embeddings + "token_type_embeddings"), 2, dim);
        norm("norm", embeddings + "LayerNorm", dim);
        for (int layer = 0; has(layer(layer) + "attention.self.query"); layer++) {
            var from = layer(layer);
            var to = "layers." + layer + ".";
            for (var part : new String[] {"query", "key", "value"}) {
                dense(to + "attention." + part, from + "attention.self." + part, dim, dim);
            }
            dense(to + "attention.output", from + "attention.output.dense", dim, dim);
            norm(to + "attention-norm", from + "attention.output.LayerNorm", dim);
            int hidden = size(name(from + "intermediate.dense.bias"), 0);
            dense(to + "feed-forward.up", from + "intermediate.dense", dim, hidden);
            dense(to + "feed-forward.down", from + "output.dense", hidden, dim);
            norm(to + "feed-forward-norm", from + "output.LayerNorm", dim);
        }
        var head = encoder.replaceFirst("bert[./]$", "") + "cls.predictions.";
        if (has(head + "transform.dense")) {
            dense("predict", head + "transform.dense", dim, dim);
            norm("predict-norm", head + "transform.LayerNorm", dim);
            put("words-bias", name(head + (checkpoint ? "output_bias" : "bias")), vocabulary);
        }
    }

    private String layer(int number) {
        return encoder + (checkpoint ? "encoder.layer_" : "encoder.layer.") + number + ".";
    }

    /** In the file's way to write it. */
    private String name(String dotted) {
        return checkpoint ? dotted.replace('.', '/') : dotted;
    }

    private String table(String dotted) {
        return name(checkpoint ? dotted : dotted + ".weight");
    }

    private boolean has(String dense) {
        return file.tensors().stream().anyMatch(tensor -> tensor.name().equals(name(dense + ".bias")));
    }

    private int size(String tensor, int axis) {
        var shape = file.tensor(tensor).shape();
        if (axis >= shape.size() || shape.get(axis) < 1 || shape.get(axis) > Integer.MAX_VALUE) {
            throw new UserError(file.file() + ": tensor '" + tensor + "' has the shape " + shape + ", of which axis " + axis + " cannot be a model's");
        }
        return shape.get(axis).intValue();
    }

    private void put(String parameter, String tensor, int... shape) {
        put(parameter, Source.of(tensor), shape);
    }

    private void put(String parameter, Source source, int... shape) {
        sources.put(parameter, source);
        shapes.put(parameter, Shape.of(shape));
    }

    private void dense(String parameter, String dense, int in, int out) {
        var product = dense + ".MatMul";
        boolean exported = file.tensors().stream().anyMatch(tensor -> tensor.name().equals(product));
        put(parameter, checkpoint ? Source.of(name(dense + ".kernel")) : exported ? Source.of(product) : Source.of(dense + ".weight").turned(), in, out);
        put(parameter + "-bias", name(dense + ".bias"), out);
    }

    /** The first PyTorch files had the checkpoints' names for the two. */
    private void norm(String parameter, String norm, int dim) {
        boolean greek = file.tensors().stream().anyMatch(tensor -> tensor.name().equals(name(norm + ".gamma")));
        put(parameter + ".gain", name(norm + (greek ? ".gamma" : ".weight")), dim);
        put(parameter + ".bias", name(norm + (greek ? ".beta" : ".bias")), dim);
    }
}
