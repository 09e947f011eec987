package patchbay.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.spi.Part;
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
        var sockets = Socket.of(settings);
        for (var pattern : wiring.sockets().keySet()) {
            matching(sockets, pattern);
        }
        var fittings = new LinkedHashMap<String, Fitting>();
        for (var socket : sockets) {
            fittings.put(socket.path(), fitting(socket, wiring, shelf));
        }
        return new Rack(settings, wiring, fittings);
    }

    /** This rack with {@code plug} in every socket that {@code pattern} matches; the other sockets keep the very parts they have. */
    public Rack with(String pattern, Plug plug, Shelf shelf) {
        var changed = new LinkedHashMap<>(fittings);
        for (var socket : matching(Socket.of(settings), pattern)) {
            changed.put(socket.path(), new Fitting(socket, plug, offer(shelf, socket, plug)));
        }
        return new Rack(settings, wiring.with(pattern, plug), changed);
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
        var resized = settings.withExtras(extras, settings.k());
        var kept = new LinkedHashMap<String, Fitting>();
        for (var socket : Socket.of(resized)) {
            var there = fittings.get(socket.path());
            kept.put(socket.path(), there != null ? there : fitting(socket, rewired, shelf));
        }
        return new Rack(resized, rewired, kept);
    }

    /**
     * This rack with the shelf's present plugin wherever the same bundle has another one now than is fitted; sockets whose plugin
     * is gone, or taken by another bundle, keep theirs.
     */
    public Rack refreshed(Shelf shelf) {
        var offers = new ArrayList<>(shelf.offers());
        var changed = new LinkedHashMap<>(fittings);
        changed.replaceAll((path, fitting) -> offers.stream()
                .filter(offer -> offer.kind() == fitting.socket().kind() && offer.name().equals(fitting.plug().plugin())
                        && offer.provider().bundle().equals(fitting.offer().provider().bundle()))
                .findFirst().map(offer -> new Fitting(fitting.socket(), fitting.plug(), offer)).orElse(fitting));
        return new Rack(settings, wiring, changed);
    }

    /** The same parts in a model whose parameters have another precision. */
    public Rack withWeights(ModelSettings.Weights weights) {
        return new Rack(settings.withWeights(weights), wiring, fittings);
    }

    /** The same parts in a model of which these experts and parameters do not learn. */
    public Rack withFrozen(List<String> patterns) {
        return new Rack(settings.withFrozen(patterns), wiring, fittings);
    }

    /** The same parts in a model whose routers follow the record of {@code run} in training; empty for their own selections. */
    public Rack withImposedRouting(String run) {
        return new Rack(settings.withImposedRouting(run), wiring, fittings);
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

    private static List<Socket> matching(List<Socket> sockets, String pattern) {
        var matched = sockets.stream().filter(socket -> new SocketPattern(pattern).matches(socket.path())).toList();
        if (matched.isEmpty()) {
            throw UserError.unknown("socket", pattern, sockets.stream().map(Socket::path).toList());
        }
        return matched;
    }

    private static Fitting fitting(Socket socket, Wiring wiring, Shelf shelf) {
        var plug = wiring.at(socket.path()).orElse(socket.standard());
        return new Fitting(socket, plug, offer(shelf, socket, plug));
    }

    private static Offer offer(Shelf shelf, Socket socket, Plug plug) {
        try {
            return shelf.offer(socket.kind(), plug.plugin());
        } catch (UserError error) {
            throw new UserError(error.getMessage() + " (at " + socket.path() + ")", error);
        }
    }
}
