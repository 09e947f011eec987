package patchbay.lab.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an arm sets over the base experiment.
 *
 * @param name of the arm
 * @param values by key, as in {@code run EXPERIMENT key=value}
 * @param place where it stands, as {@code file:line:column}
 */
public record Settings(String name, Map<String, JsonNode> values, String place) {

    private static final String SOCKETS = "sockets.";

    public Settings {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** As overrides of an experiment: {@code key=value}, with values as JSON, which is YAML. */
    List<String> overrides() {
        return values.entrySet().stream().map(value -> value.getKey() + "=" + value.getValue()).toList();
    }

    /** The plugins that are asked for, by the key of their socket. */
    Map<String, String> plugins() {
        var plugins = new TreeMap<String, String>();
        values.forEach((key, value) -> {
            if (key.startsWith(SOCKETS)) {
                plugins.put(key, value.isObject() && value.size() == 1 ? value.fieldNames().next() : value.asText());
            }
        });
        return plugins;
    }

    /** A value as a person writes it: {@code cosine}, {@code loss-free rate=0.01}, {@code 8}. */
    static String brief(JsonNode value) {
        if (value.isObject() && value.size() == 1) {
            var plug = value.properties().iterator().next();
            return plug.getKey() + options(plug.getValue());
        }
        if (value.isArray()) {
            return java.util.stream.StreamSupport.stream(value.spliterator(), false).map(Settings::brief).collect(Collectors.joining("+"));
        }
        return value.isTextual() ? value.asText() : value.toString();
    }

    private static String options(JsonNode options) {
        return options.properties().stream().map(option -> " " + option.getKey() + "=" + brief(option.getValue())).collect(Collectors.joining());
    }
}
