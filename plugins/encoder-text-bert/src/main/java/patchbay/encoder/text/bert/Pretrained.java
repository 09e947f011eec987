package patchbay.encoder.text.bert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.weights.Location;
import patchbay.weights.WeightsFile;

/**
 * A published model's weights by the encoder's own names.
 *
 * @param shapes of all, as an encoder of the model's sizes asks for them
 * @param tanh whether it was trained with a gelu that is approximated by tanh
 */
record Pretrained(Map<String, Shape> shapes, Map<String, float[]> values, boolean tanh) {

    /** Parameters of a mixture in place of a feed-forward: {@code layers.3.moe.experts.up}. */
    private static final Pattern EXPERTS = Pattern.compile("(layers\\.\\d+)\\.moe\\.experts\\.(.+)");

    static Pretrained read(Location location) {
        try (var artifact = location.open(); var file = artifact.weights(location.name())) {
            return read(file);
        }
    }

    private static Pretrained read(WeightsFile file) {
        var names = PublishedNames.of(file);
        var shapes = names.shapes();
        var values = new LinkedHashMap<String, float[]>();
        names.mapping().load(file, shapes, names::isIgnored, values::put);
        return new Pretrained(shapes, values, names.isCheckpoint());
    }

    int layers() {
        return (int) shapes.keySet().stream().filter(name -> name.endsWith(".attention.query")).count();
    }

    int hidden() {
        return shapes.get("layers.0.feed-forward.up").dim(1);
    }

    /** [vocabulary, width]. */
    Shape words() {
        return shapes.get("words");
    }

    /** The most tokens that have a position. */
    int places() {
        return shapes.get("positions").dim(0);
    }

    boolean has(String parameter) {
        return values.containsKey(dense(parameter));
    }

    /** What a parameter begins with; each expert of a mixture with what the feed-forward in its place has. */
    float[] first(String parameter, Shape shape) {
        var name = dense(parameter);
        var given = values.get(name);
        var expected = name.equals(parameter) ? shapes.get(name) : Shape.of(shape.dim(0)).append(shapes.get(name).dims());
        if (!shape.equals(expected)) {
            throw new UserError("the weights have " + expected + " for " + parameter + ", which is " + shape);
        }
        var first = new float[shape.size()];
        for (int at = 0; at < first.length; at += given.length) {
            System.arraycopy(given, 0, first, at, given.length);
        }
        return first;
    }

    private static String dense(String parameter) {
        var experts = EXPERTS.matcher(parameter);
        return experts.matches() ? experts.group(1) + ".feed-forward." + experts.group(2) : parameter;
    }
}
