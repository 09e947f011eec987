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

    /** {@code top-k} or {@code top-k {noisy=true}}. */
    @Override
    public String toString() {
        return options.isEmpty() ? plugin : plugin + " " + options;
    }
}
