package patchbay.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import patchbay.spi.Encoder;
import patchbay.spi.Part;
import patchbay.tensor.Initializer;
import patchbay.tensor.UserError;

/** A model's sockets with a plugin in each: everything that is needed to build its graph, and nothing computed yet. */
public record Rack(ModelSettings settings, Wiring wiring, Map<String, Fitting> fittings) {

    public Rack {
        fittings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fittings));
    }

    /**
     * Takes from {@code shelf} what {@code wiring} asks for.
     *
     * @throws UserError for a pattern that no socket matches, a plugin that is not there, or options that it does not have
     */
    public static Rack fit(ModelSettings settings, Wiring wiring, Shelf shelf) {
        var rack = filled(settings, wiring, socket -> fitting(socket, wiring, shelf));
        wiring.sockets().keySet().forEach(rack::requireMatch);
        return rack;
    }

    /** A rack of these settings with what {@code fit} has for each socket, those within what it fits among them. */
    public static Rack filled(ModelSettings settings, Wiring wiring, Function<Socket, Fitting> fit) {
        var fittings = new LinkedHashMap<String, Fitting>();
        fill(settings, Socket.of(settings), fit, fittings);
        return new Rack(settings, wiring, fittings);
    }

    /** Puts into {@code into}, by path, what {@code fit} has for {@code sockets} and for those within that. */
    static void fill(ModelSettings settings, List<Socket> sockets, Function<Socket, Fitting> fit, Map<String, Fitting> into) {
        for (var socket : sockets) {
            var fitting = fit.apply(socket);
            into.put(socket.path(), fitting);
            fill(settings, fitting.within(settings), fit, into);
        }
    }

    /**
     * This rack with {@code plug} in every socket that {@code pattern} matches; the other sockets keep the very parts they have. A plugin that wraps others is put around
     * what was in its socket, unless something else was asked for there. In the blocks of an encoder what its predecessor had by standard gives way to its own standard.
     */
    public Rack with(String pattern, Plug plug, Shelf shelf) {
        var sizes = joinedBy(pattern);
        if (sizes == settings) {
            requireMatch(pattern);
        }
        var matcher = new SocketPattern(pattern);
        var rewired = wiring.with(pattern, plug);
        return filled(sizes, rewired, socket -> {
            if (matcher.matches(socket.path())) {
                return new Fitting(socket, plug, offer(shelf, socket, plug));
            }
            return wrapped(socket).filter(_ -> rewired.at(socket.path()).isEmpty())
                    .map(there -> new Fitting(socket, there.plug(), there.offer())).orElseGet(() -> successor(socket, matcher, shelf).orElseGet(() -> present(socket, rewired, shelf)));
        });
    }

    /** What an encoder that is exchanged brings into a socket of its blocks, where the one before had what it had brought. */
    private Optional<Fitting> successor(Socket socket, SocketPattern exchanged, Shelf shelf) {
        return fittings.values().stream().filter(encoder -> encoder.offer().part() instanceof Encoder && exchanged.matches(encoder.socket().path()))
                .flatMap(encoder -> encoder.within(settings).stream())
                .filter(before -> before.path().equals(socket.path()) && before.standard().equals(at(socket.path()).plug()) && !before.standard().equals(socket.standard()))
                .findFirst().map(_ -> new Fitting(socket, socket.standard(), offer(shelf, socket, socket.standard())));
    }

    /** The sizes with a modality more, where the pattern is the socket of an encoder that is not there. */
    private ModelSettings joinedBy(String pattern) {
        boolean takes = settings.task().kind() != Task.Kind.language && !pattern.contains("*") && !fittings.containsKey(pattern);
        return Socket.modality(pattern).filter(_ -> takes).map(modality -> settings.withTask(settings.task().withModality(modality))).orElse(settings);
    }

    /** This rack without the modality whose encoder is in {@code socket}. */
    public Rack without(String socket, Shelf shelf) {
        at(socket);
        var modality = Socket.modality(socket).orElseThrow(() -> new UserError(socket + " is a socket that a model must have; only encoders can be taken out: "
                + fittings.keySet().stream().filter(path -> Socket.modality(path).isPresent()).toList()));
        var left = settings.task().modalities().stream().filter(other -> !other.equals(modality)).toList();
        var rewired = wiring.without(socket);
        return filled(settings.withTask(settings.task().with(left)), rewired, other -> present(other, rewired, shelf));
    }

    /** The sizes of the blocks that {@code path} lies in: an encoder's own, or the model's. */
    public ModelSettings settings(String path) {
        int end = path.startsWith(Socket.ENCODERS) ? path.indexOf('.', Socket.ENCODERS.length()) : -1;
        return end < 0 ? settings : at(path.substring(0, end)).tower(settings).map(tower -> Fitting.sizes(tower, settings)).orElse(settings);
    }

    /** The encoder that a parameter is of, its own or one of its blocks'. */
    public Optional<Fitting> encoder(String parameter) {
        return fittings.values().stream().filter(fitting -> fitting.offer().part() instanceof Encoder && parameter.startsWith(fitting.socket().path() + ".")).findFirst();
    }

    /** What a parameter begins with because its encoder was trained elsewhere. */
    public Optional<Initializer> pretrained(String parameter) {
        return encoder(parameter).flatMap(fitting -> ((Encoder) fitting.offer().part()).pretrained(fitting.setting(settings), parameter.substring(fitting.socket().path().length() + 1)));
    }

    /** What was in the socket around {@code socket}, which is new and stands for it. */
    private Optional<Fitting> wrapped(Socket socket) {
        return socket.standsFor().filter(_ -> !fittings.containsKey(socket.path())).map(fittings::get);
    }

    /** This rack with an expert more in every mixture layer, which is called {@code name} and is {@code plug}. */
    public Rack withExpert(String name, Plug plug, Shelf shelf) {
        var extras = new ArrayList<>(settings.extras());
        extras.add(name);
        return resized(extras, wiring.with(Socket.extras(name), plug), shelf);
    }

    /** This rack without the expert {@code name}: an extra, or the number of one of those that share a plugin. */
    public Rack withoutExpert(String name, Shelf shelf) {
        if (settings.sharing().contains(name)) {
            var removed = new ArrayList<>(settings.removed());
            removed.add(Integer.valueOf(name));
            return new Rack(settings.withRemoved(removed), wiring, fittings);
        }
        if (!settings.extras().contains(name)) {
            throw UserError.unknown("expert", name, settings.expertNames());
        }
        return resized(settings.extras().stream().filter(extra -> !extra.equals(name)).toList(), wiring.without(Socket.extras(name)), shelf);
    }

    /** What is in a socket of both stays the very part. */
    private Rack resized(List<String> extras, Wiring rewired, Shelf shelf) {
        return filled(settings.withExtras(extras, settings.k()), rewired, socket -> present(socket, rewired, shelf));
    }

    /**
     * This rack with the shelf's present plugin wherever the same bundle has another one now than is fitted; sockets whose plugin
     * is gone, or taken by another bundle, keep theirs.
     */
    public Rack refreshed(Shelf shelf) {
        var offers = new ArrayList<>(shelf.offers());
        return filled(settings, wiring, socket -> {
            var fitting = present(socket, wiring, shelf);
            return offers.stream()
                    .filter(offer -> offer.kind() == socket.kind() && offer.name().equals(fitting.plug().plugin())
                            && offer.provider().bundle().equals(fitting.offer().provider().bundle()))
                    .findFirst().map(offer -> new Fitting(socket, fitting.plug(), offer)).orElse(fitting);
        });
    }

    /** What is in the socket, or what the wiring asks for if it is a new one. */
    private Fitting present(Socket socket, Wiring rewired, Shelf shelf) {
        var there = fittings.get(socket.path());
        return there != null ? there : fitting(socket, rewired, shelf);
    }

    /** The same parts in a model whose parameters have another precision. */
    public Rack withWeights(ModelSettings.Weights weights) {
        return new Rack(settings.withWeights(weights), wiring, fittings);
    }

    /** The same parts in a model whose sequences can be as long. */
    public Rack withContext(int tokens) {
        return new Rack(settings.withContext(tokens), wiring, fittings);
    }

    /** The same parts in a model whose attentions keep tokens in another precision. */
    public Rack withCache(ModelSettings.Kept cache) {
        return new Rack(settings.withCache(cache), wiring, fittings);
    }

    /** The same parts in a model of which these experts and parameters do not learn. */
    public Rack withFrozen(List<String> patterns) {
        return new Rack(settings.withFrozen(patterns), wiring, fittings);
    }

    /** The same parts in a model whose routers follow the record of {@code run} in training; empty for their own selections. */
    public Rack withImposedRouting(String run) {
        return new Rack(settings.withImposedRouting(run), wiring, fittings);
    }

    /** The name that {@code variable} would have if no part wrapped another: the first of the sockets within a part stands for the part. */
    public String unwrapped(String variable) {
        var name = variable;
        for (var fitting : List.copyOf(fittings.values()).reversed()) { // the innermost first
            var socket = fitting.socket();
            if (socket.standsFor().isPresent() && name.startsWith(socket.path() + ".")) {
                name = socket.standsFor().get() + name.substring(socket.path().length());
            }
        }
        return name;
    }

    public Fitting at(String path) {
        var fitting = fittings.get(path);
        if (fitting == null) {
            throw UserError.unknown("socket", path, fittings.keySet());
        }
        return fitting;
    }

    /** The part at {@code path}, which must be of that kind. */
    <P extends Part> P part(Class<P> kind, String path) {
        return kind.cast(at(path).offer().part());
    }

    private void requireMatch(String pattern) {
        var matcher = new SocketPattern(pattern);
        if (fittings.keySet().stream().noneMatch(matcher::matches)) {
            throw UserError.unknown("socket", pattern, fittings.keySet());
        }
    }

    private static Fitting fitting(Socket socket, Wiring wiring, Shelf shelf) {
        var plug = wiring.at(socket.path()).orElse(socket.standard());
        return new Fitting(socket, plug, offer(shelf, socket, plug));
    }

    private static Offer offer(Shelf shelf, Socket socket, Plug plug) {
        try {
            return shelf.offer(socket.kind(), plug.plugin());
        } catch (UserError error) {
            boolean unasked = socket.kind() == Encoder.class && plug.equals(socket.standard());
            throw new UserError(error.getMessage() + " (at " + socket.path() + (unasked ? ", for which sockets names none)" : ")"), error);
        }
    }
}
