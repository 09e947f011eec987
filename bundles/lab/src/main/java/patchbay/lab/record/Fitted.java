package patchbay.lab.record;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import patchbay.model.Fitting;
import patchbay.model.Offer;
import patchbay.model.Plug;
import patchbay.model.Provider;

/**
 * What was in a socket, as a record keeps it.
 *
 * @param socket path, never a pattern
 * @param kind {@code router}
 * @param options that differ from the plugin's defaults
 */
public record Fitted(String socket, String kind, String plugin, Map<String, Object> options, Provider provider) {

    public Fitted {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    public static Fitted of(Fitting fitting) {
        return new Fitted(fitting.socket().path(), Offer.word(fitting.socket().kind()), fitting.plug().plugin(),
                fitting.plug().options(), fitting.offer().provider());
    }

    /** {@code rack.fittings().values()} as records. */
    public static List<Fitted> of(Collection<Fitting> fittings) {
        return fittings.stream().map(Fitted::of).toList();
    }

    public Plug plug() {
        return new Plug(plugin, options);
    }
}
