package patchbay.lab.record;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.FrameworkUtil;
import patchbay.model.Fitting;
import patchbay.model.Offer;
import patchbay.model.Plug;
import patchbay.model.Provider;
import patchbay.tensor.Engine;

/**
 * What was in a socket, as a record keeps it.
 *
 * @param socket path, never a pattern
 * @param kind {@code router}
 * @param options that differ from the plugin's defaults
 */
public record Fitted(String socket, String kind, String plugin, Map<String, Object> options, Provider provider) {

    /** Where a record says which engine computes: no socket of the model, and only in swaps, which it is changed by. */
    public static final String ENGINE = "engine";

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

    /** {@code engine} as what is in the socket {@link #ENGINE}, from the bundle of its class. */
    public static Fitted of(Engine engine) {
        var provider = Optional.ofNullable(FrameworkUtil.getBundle(engine.getClass()))
                .map(bundle -> new Provider(bundle.getSymbolicName(), bundle.getVersion().toString(), "")).orElse(Provider.CLASS_PATH);
        return new Fitted(ENGINE, ENGINE, engine.name(), Map.of(), provider);
    }

    public Plug plug() {
        return new Plug(plugin, options);
    }
}
