package patchbay.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Encoder;
import patchbay.spi.Expert;
import patchbay.spi.Fusion;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.spi.Router;
import patchbay.tensor.Tensor;

/**
 * One plugin alone, outside of a model: gives it the scope that it would have at {@code path}, in a graph of the caller's.
 * For tests of plugins and for measuring them.
 *
 * @param building the graph, with mode and sizes
 * @param path the socket's path, which the names of variables start with
 * @param options that differ from the plugin's defaults, by name in kebab case
 */
@SuppressWarnings("overloads") // that some kinds have one abstract method makes no lambda of a plugin
public record Bench(Building building, String path, Map<String, Object> options) {

    public Router.Scope scope(Router router) {
        return new Scopes.ForRouter(building, fitting(Router.class, router), building.settings().routed());
    }

    public Balancer.Scope scope(Balancer balancer) {
        return new Scopes.ForBalancer(building, fitting(Balancer.class, balancer), building.settings().routed());
    }

    public Capacity.Scope scope(Capacity capacity) {
        return new Scopes.ForCapacity(building, fitting(Capacity.class, capacity));
    }

    /** One feed-forward that all rows pass. */
    public Expert.Scope scope(Expert expert) {
        return new Scopes.ForDense(building, fitting(Expert.class, expert), building.settings().hidden());
    }

    /**
     * Several experts.
     *
     * @param offsets those of expert e are the rows from {@code offsets[e]} to {@code offsets[e + 1]}: i32[experts + 1]
     * @param tokens which token each row is: i32[rows], −1 for none
     */
    public Expert.Scope scope(Expert expert, Tensor offsets, Tensor tokens) {
        return new Scopes.ForExperts(building, fitting(Expert.class, expert), new Scopes.Rows(offsets, tokens));
    }

    public Position.Scope scope(Position position) {
        return scope(position, List::of);
    }

    /** @param others what is offered for the sockets within it */
    public Position.Scope scope(Position position, Shelf others) {
        var fitting = fitting(Position.class, position);
        return new Scopes.ForPosition(building, fitting, within(fitting, others)::get, building.start());
    }

    /** @param position the positions of the model around it */
    public Attention.Scope scope(Attention attention, Position position) {
        return scope(attention, position, List::of);
    }

    /**
     * @param position the positions of the model around it
     * @param others what is offered for the sockets within it
     */
    public Attention.Scope scope(Attention attention, Position position, Shelf others) {
        var fitting = fitting(Attention.class, attention);
        var positions = new Bench(building, "position", Map.of()).fitting(Position.class, position);
        return new AttentionScope(building, fitting, new Positions(building, positions, within(positions, others)::get), within(fitting, others)::get);
    }

    /**
     * @param batch examples
     * @param others what is offered for the sockets of its blocks
     */
    public Encoder.Scope scope(Encoder encoder, int batch, Shelf others) {
        var fitting = fitting(Encoder.class, encoder);
        var fittings = new LinkedHashMap<>(within(fitting, others));
        fittings.put(path, fitting);
        return new EncoderScope(building, fitting, new Rack(building.settings(), Wiring.empty(), fittings), batch, fitting.inputs(building.settings(), building.mode()));
    }

    /** The host's side of an encoder. */
    public Encoder.Reader reader(Encoder encoder) {
        return encoder.reader(fitting(Encoder.class, encoder).setting(building.settings()));
    }

    /** The host's side of an encoder for an example that arrives in parts. */
    public Optional<Encoder.Incoming> incoming(Encoder encoder) {
        return encoder.incoming(fitting(Encoder.class, encoder).setting(building.settings()));
    }

    /** The name of an encoder's input in the graph. */
    public String input(String name) {
        return EncoderScope.input(path, name);
    }

    /**
     * @param gates by modality, f32[1]
     * @param present by modality, f32[B]
     */
    public Fusion.Scope scope(Fusion fusion, Map<String, Tensor> gates, Map<String, Tensor> present) {
        return new FusionScope(building, fitting(Fusion.class, fusion), gates, present);
    }

    private Map<String, Fitting> within(Fitting fitting, Shelf others) {
        var fittings = new LinkedHashMap<String, Fitting>();
        Rack.fill(building.settings(), fitting.within(building.settings()), socket -> new Fitting(socket, socket.standard(), others.offer(socket.kind(), socket.standard().plugin())), fittings);
        return fittings;
    }

    private Fitting fitting(Class<? extends Part> kind, Part part) {
        var plug = new Plug(part.getClass().getAnnotation(Plugin.class).value(), options);
        return new Fitting(new Socket(path, kind, plug), plug, new Offer(kind, plug.plugin(), part, Provider.CLASS_PATH));
    }
}
