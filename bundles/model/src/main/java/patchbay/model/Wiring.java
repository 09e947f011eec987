package patchbay.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which plug is asked for at which sockets: patterns in order, of which the last that matches a socket counts. */
public record Wiring(Map<String, Plug> sockets) {

    public Wiring {
        sockets = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(sockets));
    }

    public static Wiring empty() {
        return new Wiring(Map.of());
    }

    public Optional<Plug> at(String path) {
        Optional<Plug> found = Optional.empty();
        for (var entry : sockets.entrySet()) {
            if (new SocketPattern(entry.getKey()).matches(path)) {
                found = Optional.of(entry.getValue());
            }
        }
        return found;
    }

    /** This wiring without what was asked for at {@code pattern}. */
    public Wiring without(String pattern) {
        var changed = new LinkedHashMap<>(sockets);
        changed.remove(pattern);
        return new Wiring(changed);
    }

    /** This wiring with {@code plug} at {@code pattern}, which from now on counts before all others. */
    public Wiring with(String pattern, Plug plug) {
        var changed = new LinkedHashMap<>(sockets);
        changed.remove(pattern);
        changed.put(pattern, plug);
        return new Wiring(changed);
    }
}
