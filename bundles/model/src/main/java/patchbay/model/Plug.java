package patchbay.model;

import java.util.Map;
import java.util.TreeMap;

/** A plugin by name, with the options that differ from its defaults: what is asked for at a socket. */
public record Plug(String plugin, Map<String, Object> options) {

    public Plug {
        options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
    }

    public static Plug of(String plugin) {
        return new Plug(plugin, Map.of());
    }

    /** The options with the first lines of texts that have several, so that they stand on one line. */
    public static Map<String, Object> brief(Map<String, Object> options) {
        var brief = new TreeMap<>(options);
        brief.replaceAll((_, value) -> value instanceof String text && text.indexOf('\n') >= 0 ? text.lines().findFirst().orElse("") + " …" : value);
        return brief;
    }

    /** {@code top-k} or {@code top-k {noisy=true}}. */
    @Override
    public String toString() {
        return options.isEmpty() ? plugin : plugin + " " + brief(options);
    }
}
