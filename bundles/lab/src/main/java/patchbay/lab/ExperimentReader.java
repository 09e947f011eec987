package patchbay.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.UserError;

/**
 * Lays a file over the defaults, and overrides over both, and binds the sum. Where a value came from is kept beside the
 * tree, so that whatever binding complains of is told with its line, or its override.
 */
final class ExperimentReader {

    private final String origin;
    private final ObjectNode tree = ExperimentYaml.tree(Experiment.defaults());
    private final Map<List<String>, YamlTree.Place> places = new HashMap<>();

    private ExperimentReader(String origin) {
        this.origin = origin;
    }

    static Experiment read(Path file, List<String> overrides) {
        try {
            var stem = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
            return parse(Files.readString(file), file.toString(), stem, overrides);
        } catch (NoSuchFileException e) {
            throw new UserError("there is no experiment file " + file, e);
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param name of the experiment if the text gives none */
    static Experiment parse(String text, String origin, String name, List<String> overrides) {
        var reader = new ExperimentReader(origin);
        reader.tree.put("name", name);
        reader.layFile(YamlTree.parse(text, origin));
        overrides.forEach(reader::layOverride);
        return reader.bind();
    }

    private void layFile(YamlTree file) {
        if (file.root().isNull()) {
            return; // an empty file is the defaults
        }
        if (!file.root().isObject()) {
            throw new UserError(origin + ":1:1: an experiment is keys with values, such as 'name: quickstart'");
        }
        places.putAll(file.places());
        merge(tree, file.root());
    }

    /** A key without a value leaves what was there; lists, plugs and options are replaced as a whole. */
    private void merge(ObjectNode onto, JsonNode from) {
        for (var entry : from.properties()) {
            var key = entry.getKey();
            var value = entry.getValue();
            if (onto == tree && key.equals("sockets") && value.isObject()) {
                value.properties().forEach(socket -> laySocket(socket.getKey(), socket.getValue()));
            } else if (value.isObject() && onto.get(key) instanceof ObjectNode group) {
                merge(group, value);
            } else if (!value.isNull() || !onto.has(key)) {
                onto.set(key, value);
            }
        }
    }

    /** Later entries win, so one that is named again moves to the end. */
    private void laySocket(String socket, JsonNode plug) {
        var sockets = (ObjectNode) tree.get("sockets");
        sockets.remove(socket);
        sockets.set(socket, plug);
    }

    private void layOverride(String override) {
        var place = "override '" + override + "'";
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw new UserError(place + ": is not of the form key=value, such as training.steps=100");
        }
        var text = override.substring(equals + 1);
        var value = YamlTree.parse(text, place).root();
        if (value.isNull()) {
            value = tree.textNode(text); // data.path= is an empty text
        }
        var path = path(override.substring(0, equals).strip());
        for (int i = 1; i <= path.size(); i++) {
            places.put(path.subList(0, i), new YamlTree.Place(place, place));
        }
        if (path.getFirst().equals("sockets") && path.size() == 2) {
            laySocket(path.getLast(), value);
            return;
        }
        var group = tree;
        for (var key : path.subList(0, path.size() - 1)) {
            group = group.get(key) instanceof ObjectNode inner ? inner : group.putObject(key);
        }
        group.set(path.getLast(), overDefaults(path, value));
    }

    /** A group that is overridden as a whole has the defaults where it says nothing, not what the file has. */
    private JsonNode overDefaults(List<String> path, JsonNode value) {
        if (path.getFirst().equals("sockets") || !value.isObject()) {
            return value;
        }
        JsonNode defaults = ExperimentYaml.tree(Experiment.defaults());
        for (var key : path) {
            defaults = defaults.path(key);
        }
        if (!(defaults instanceof ObjectNode group)) {
            return value;
        }
        merge(group, value);
        return group;
    }

    /** A socket's path has dots of its own. */
    private static List<String> path(String key) {
        return key.startsWith("sockets.") ? List.of("sockets", key.substring("sockets.".length())) : List.of(key.split("\\.", -1));
    }

    private Experiment bind() {
        if (tree.get("swaps").isArray()) {
            for (var swap : tree.get("swaps")) {
                if (swap instanceof ObjectNode fields && fields.path("options").isMissingNode() | fields.path("options").isNull()) {
                    fields.putObject("options");
                }
            }
        }
        try {
            return ExperimentYaml.MAPPER.treeToValue(tree, Experiment.class);
        } catch (JsonMappingException e) {
            throw BindingError.of(e, tree, this::place);
        } catch (JsonProcessingException e) {
            throw new UserError(origin + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Where the thing at this path, or the nearest group around it, came from. */
    private YamlTree.Place place(List<String> path) {
        for (int length = path.size(); length > 0; length--) {
            var place = places.get(path.subList(0, length));
            if (place != null) {
                return place;
            }
        }
        return new YamlTree.Place(origin, origin);
    }
}
