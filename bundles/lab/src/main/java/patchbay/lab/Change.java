package patchbay.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.RunFolder;
import patchbay.model.Fitting;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Provider;
import patchbay.model.Rack;
import patchbay.model.Socket;
import patchbay.model.Wiring;
import patchbay.tensor.UserError;
import patchbay.training.Succession;

/** What a swap does to a rack, or to where it is computed. */
sealed interface Change permits ExpertChange, Change.Move, Change.Put, Change.TakeOut, Change.Refresh, Change.Freeze, Change.Thaw, Change.Impose, Change.Exact, Change.Back {

    /** The socket as asked for, for the journal. */
    String socket();

    /** The plugin as asked for, for the journal. */
    String plugin();

    default Map<String, Object> options() {
        return Map.of();
    }

    /** What experts that join or leave pass on. */
    default Succession succession() {
        return Succession.none();
    }

    /**
     * The name of the engine that the changed model is to be on.
     *
     * @param present that of the running one
     */
    default String engine(String present, Optional<Past> past) {
        return present;
    }

    /** Whether the changed model is the same at whatever step it takes over, because no value begins with it. */
    default boolean isTimeless() {
        return false;
    }

    /** @param past what the last swap replaced */
    Rack apply(Rack rack, Archive archive, Optional<Past> past);

    /** What is asked for by the name of a socket: a plugin into all that the pattern matches, or the engine. */
    static Change of(String socket, Plug plug) {
        return socket.equals(Fitted.ENGINE) ? new Move(plug.plugin()) : new Put(socket, plug);
    }

    /** The same model on another engine. */
    record Move(String plugin) implements Change {

        @Override
        public String socket() {
            return Fitted.ENGINE;
        }

        @Override
        public String engine(String present, Optional<Past> past) {
            return plugin;
        }

        @Override
        public boolean isTimeless() {
            return true;
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return rack;
        }
    }

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

    /**
     * A modality that leaves, with its encoder.
     *
     * @param socket the encoder's
     */
    record TakeOut(String socket) implements Change {

        @Override
        public String plugin() {
            return Event.Swapped.NONE;
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return rack.without(socket, archive);
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

    /**
     * What does not learn any more.
     *
     * @param socket an expert's number or name, or a pattern of parameters
     */
    record Freeze(String socket) implements Change {

        @Override
        public String plugin() {
            return Event.Swapped.FROZEN;
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            var frozen = new ArrayList<>(rack.settings().frozen());
            if (frozen.contains(socket)) {
                throw new UserError(socket + " is frozen already");
            }
            frozen.add(socket);
            return rack.withFrozen(frozen);
        }
    }

    /**
     * What learns again.
     *
     * @param socket as it was frozen; {@code *} for all that is
     */
    record Thaw(String socket) implements Change {

        static final String ALL = "*";

        @Override
        public String plugin() {
            return Event.Swapped.LEARNING;
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            var frozen = rack.settings().frozen();
            if (frozen.isEmpty()) {
                throw new UserError("nothing is frozen");
            }
            if (!socket.equals(ALL) && !frozen.contains(socket)) {
                throw UserError.unknown("frozen expert or pattern", socket, frozen);
            }
            return rack.withFrozen(socket.equals(ALL) ? List.of() : frozen.stream().filter(pattern -> !pattern.equals(socket)).toList());
        }
    }

    /**
     * Routers select in training what those of another run did.
     *
     * @param run the other; empty for what they select themselves
     */
    record Impose(String run) implements Change {

        @Override
        public String socket() {
            return "layers.*.moe.router";
        }

        @Override
        public String plugin() {
            return run.isEmpty() ? Event.Swapped.OWN : Event.Swapped.IMPOSED;
        }

        @Override
        public Map<String, Object> options() {
            return run.isEmpty() ? Map.of() : Map.of("run", run);
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            if (rack.settings().imposedRouting().equals(run)) {
                throw new UserError(run.isEmpty() ? "the routers select for themselves already" : "the routing of run " + run + " is imposed already");
            }
            return rack.withImposedRouting(run);
        }
    }

    /**
     * The change that {@code swapped} tells of, to be made again.
     *
     * @param folder of the run that makes it: it has copies of what came from other runs
     */
    static Change again(Event.Swapped swapped, RunFolder folder) {
        if (swapped.socket().equals(Fitted.ENGINE)) {
            return new Move(swapped.plugin());
        }
        return switch (swapped.plugin()) {
            case Event.Swapped.FROZEN -> new Freeze(swapped.socket());
            case Event.Swapped.LEARNING -> new Thaw(swapped.socket());
            case Event.Swapped.IMPOSED -> new Impose(swapped.options().get("run").toString());
            case Event.Swapped.OWN -> new Impose("");
            case Event.Swapped.NONE -> swapped.before().isEmpty()
                    ? ExpertChange.Remove.again(Socket.extraName(swapped.socket()).orElseThrow(), swapped.options())
                    : exact(swapped, Succession.none());
            default -> exact(swapped, ExpertChange.joining(swapped, folder));
        };
    }

    private static Exact exact(Event.Swapped swapped, Succession succession) {
        return new Exact(swapped.socket(), swapped.plugin(), swapped.options(), swapped.before(), swapped.after(), succession);
    }

    /**
     * These very plugins, by the hash of their bundles: how a recorded swap is repeated.
     *
     * @param before what was in the sockets that it changes
     * @param after what is in them since; a socket that is in {@code before} only has gone
     */
    record Exact(String socket, String plugin, Map<String, Object> options, List<Fitted> before, List<Fitted> after, Succession succession)
            implements Change {

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            var sockets = new LinkedHashMap<String, Fitted>();
            Fitted.of(rack.fittings().values()).forEach(fitted -> sockets.put(fitted.socket(), fitted));
            var there = after.stream().map(Fitted::socket).toList();
            before.stream().filter(fitted -> !there.contains(fitted.socket())).forEach(gone -> sockets.remove(gone.socket()));
            after.forEach(fitted -> sockets.put(fitted.socket(), fitted));
            return Change.rack(rack.settings(), List.copyOf(sockets.values()), archive, rack.fittings());
        }
    }

    /** Back to the model before the last swap: its plugins, its engine, and the values that were lost since. */
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
            var before = last(past);
            return Change.rack(before.model(), before.sockets(), archive, rack.fittings());
        }

        @Override
        public String engine(String present, Optional<Past> past) {
            return last(past).engine();
        }

        @Override
        public boolean isTimeless() {
            return true;
        }

        private static Past last(Optional<Past> past) {
            return past.orElseThrow(() -> new UserError("there is no swap to take back"));
        }
    }

    /** A rack of exactly these plugins, one for every socket; the extra experts are those that have sockets. */
    static Rack rack(ModelSettings settings, List<Fitted> sockets, Archive archive) {
        return rack(settings, sockets, archive, Map.of());
    }

    /** @param present what is taken as it is where it is what is wanted */
    private static Rack rack(ModelSettings settings, List<Fitted> sockets, Archive archive, Map<String, Fitting> present) {
        var extras = sockets.stream().flatMap(fitted -> Socket.extraName(fitted.socket()).stream()).distinct().toList();
        var modalities = sockets.stream().flatMap(fitted -> Socket.modality(fitted.socket()).stream()).toList();
        var resized = settings.withExtras(extras, settings.k()).withTask(settings.task().with(modalities));
        var recorded = new LinkedHashMap<String, Fitted>();
        var wiring = Wiring.empty();
        for (var fitted : sockets) {
            recorded.put(fitted.socket(), fitted);
            wiring = wiring.with(fitted.socket(), fitted.plug());
        }
        return Rack.filled(resized, wiring, socket -> {
            var fitted = recorded.get(socket.path());
            if (fitted == null) {
                throw new UserError("the record does not say what was in socket " + socket.path());
            }
            return Optional.ofNullable(present.get(socket.path())).filter(fitting -> Fitted.of(fitting).equals(fitted))
                    .orElseGet(() -> new Fitting(socket, fitted.plug(), archive.find(fitted)));
        });
    }
}
