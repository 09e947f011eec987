package patchbay.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.lab.record.Fitted;
import patchbay.model.Fitting;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Provider;
import patchbay.model.Rack;
import patchbay.model.Socket;
import patchbay.model.Wiring;
import patchbay.tensor.UserError;

/** What a swap does to a rack. */
sealed interface Change {

    /** The socket as asked for, for the journal. */
    String socket();

    /** The plugin as asked for, for the journal. */
    String plugin();

    default Map<String, Object> options() {
        return Map.of();
    }

    /** @param past what the last swap replaced */
    Rack apply(Rack rack, Archive archive, Optional<Past> past);

    /** A plugin into every socket that the pattern matches. */
    record Put(String socket, Plug plug) implements Change {

        @Override
        public String plugin() {
            return plug.plugin();
        }

        @Override
        public Map<String, Object> options() {
            return plug.options();
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return rack.with(socket, plug, archive);
        }
    }

    /** The plugins of a bundle that was updated in place of those that it had before. */
    record Refresh(Provider provider) implements Change {

        @Override
        public String socket() {
            return "*";
        }

        @Override
        public String plugin() {
            return "*";
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return rack.refreshed(() -> archive.offers().stream().filter(offer -> offer.provider().equals(provider)).toList());
        }
    }

    /** These very plugins, by the hash of their bundles: how a recorded swap is repeated. */
    record Exact(String socket, String plugin, Map<String, Object> options, List<Fitted> sockets) implements Change {

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return fit(rack, sockets, archive);
        }
    }

    /** Back to the model before the last swap: its plugins, and the values that were lost since. */
    record Back() implements Change {

        @Override
        public String socket() {
            return "*";
        }

        @Override
        public String plugin() {
            return "*";
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            var before = past.orElseThrow(() -> new UserError("there is no swap to take back"));
            return fit(rack, before.sockets(), archive);
        }
    }

    /** {@code rack} with what {@code sockets} say, in the sockets that they name. */
    static Rack fit(Rack rack, List<Fitted> sockets, Archive archive) {
        var fittings = new LinkedHashMap<>(rack.fittings());
        var wiring = rack.wiring();
        for (var fitted : sockets) {
            fittings.put(fitted.socket(), fitting(rack.at(fitted.socket()).socket(), fitted, archive));
            wiring = wiring.with(fitted.socket(), fitted.plug());
        }
        return new Rack(rack.settings(), wiring, fittings);
    }

    /** A rack of exactly these plugins, one for every socket. */
    static Rack rack(ModelSettings settings, List<Fitted> sockets, Archive archive) {
        var fittings = new LinkedHashMap<String, Fitting>();
        var wiring = Wiring.empty();
        for (var socket : Socket.of(settings)) {
            var fitted = sockets.stream().filter(one -> one.socket().equals(socket.path())).findFirst()
                    .orElseThrow(() -> new UserError("the record does not say what was in socket " + socket.path()));
            fittings.put(socket.path(), fitting(socket, fitted, archive));
            wiring = wiring.with(socket.path(), fitted.plug());
        }
        return new Rack(settings, wiring, fittings);
    }

    private static Fitting fitting(Socket socket, Fitted fitted, Archive archive) {
        return new Fitting(socket, fitted.plug(), archive.find(fitted));
    }
}
