package patchbay.lab.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A value that two records do not share.
 *
 * @param path {@code training.learning-rate}
 * @param left as text; empty where it is not there
 * @param right as text; empty where it is not there
 */
public record Difference(String path, String left, String right) {

    /** {@code training.steps: 300 | 400}. */
    @Override
    public String toString() {
        return path + ": " + (left.isEmpty() ? "(none)" : left) + " | " + (right.isEmpty() ? "(none)" : right);
    }

    /** What differs between two flat trees, in the order of the left one, then of what only the right one has. */
    static List<Difference> between(Map<String, String> left, Map<String, String> right) {
        var paths = new LinkedHashSet<>(left.keySet());
        paths.addAll(right.keySet());
        var differences = new ArrayList<Difference>();
        for (var path : paths) {
            var a = left.getOrDefault(path, "");
            var b = right.getOrDefault(path, "");
            if (!a.equals(b)) {
                differences.add(new Difference(path, a, b));
            }
        }
        return differences;
    }

    /** A tree's leaves by dotted path. Elements of a list that have a kind and a name go by those, so that one more does not shift all. */
    static Map<String, String> flat(JsonNode tree) {
        var flat = new LinkedHashMap<String, String>();
        flatten("", tree, flat);
        return flat;
    }

    private static void flatten(String path, JsonNode node, Map<String, String> flat) {
        var prefix = path.isEmpty() ? "" : path + ".";
        if (node.isObject()) {
            node.properties().forEach(field -> flatten(prefix + field.getKey(), field.getValue(), flat));
        } else if (node.isArray() && node.size() > 0 && node.get(0).isObject()) {
            for (int i = 0; i < node.size(); i++) {
                var element = node.get(i);
                boolean named = element.has("kind") && element.has("name");
                var key = named ? element.get("kind").asText() + " " + element.get("name").asText() : Integer.toString(i);
                flatten(prefix + key, element, flat);
            }
        } else if (!node.isArray() || node.size() > 0) { // an empty list is as good as none
            flat.put(path, node.isValueNode() ? node.asText() : node.toString());
        }
    }
}
