package patchbay.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import patchbay.spi.Mode;
import patchbay.spi.Tier;
import patchbay.tensor.DType;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.Cast;
import patchbay.tensor.operations.Dequantize;
import patchbay.tensor.operations.Quantize;

/** A graph while a model is being built into it, and what is learnt on the way. */
public final class Building {

    /** What the names of inputs start with that say what a router selects: an index plus {@link #IMPOSED_OFFSET}; 0 leaves it to the router. */
    public static final String IMPOSED = "imposed/";
    public static final int IMPOSED_OFFSET = 2;

    private final Graph graph;
    private final Mode mode;
    private final ModelSettings settings;
    private final Set<String> undecayed = new LinkedHashSet<>();
    private final Set<String> metrics = new LinkedHashSet<>();
    private final Map<String, Tensor> tallies = new LinkedHashMap<>();
    private final Map<String, Selected> selected = new LinkedHashMap<>();
    private final Map<String, Cache> caches = new LinkedHashMap<>();
    private final List<FarRows> farRows = new ArrayList<>();
    private final Tensor start;
    private Optional<Tensor> ids = Optional.empty();
    private Names names = Names.none();
    private int salts;
    private boolean tiers;

    public Building(Graph graph, Mode mode, ModelSettings settings) {
        this.graph = graph;
        this.mode = mode;
        this.settings = settings;
        this.start = mode == Mode.DECODING ? graph.input("start", TensorType.i32(1)) : graph.constant(Shape.of(1), 0);
    }

    public Graph graph() {
        return graph;
    }

    public Mode mode() {
        return mode;
    }

    public ModelSettings settings() {
        return settings;
    }

    /** Position of the first token, i32[1]: an input when decoding, else 0. */
    public Tensor start() {
        return start;
    }

    /** Says which sequences pass through the model in this graph: {@code ids} [B, T], below 0 for padding. */
    public void enter(Tensor ids) {
        enter(ids, Names.none());
    }

    /** @param names what their tokens and domains are called */
    public void enter(Tensor ids, Names names) {
        this.ids = Optional.of(ids);
        this.names = names;
    }

    Names names() {
        return names;
    }

    /** The sequences that pass through the model, [B, T], i32. */
    Tensor ids() {
        return ids.orElseThrow(() -> new IllegalStateException("no tokens pass here: an update is made once a step"));
    }

    /** [B · T], f32: 1 for a token, 0 for padding. */
    Tensor valid() {
        return ids().flatten().greaterOrEqual(0);
    }

    /** The domain of each token's document, [B, T], i32: an input where a plugin asks for it. */
    Tensor domains() {
        return graph.input(DOMAINS, TensorType.i32(ids().shape()));
    }

    /** The name of the input that holds the tokens' domains. */
    public static final String DOMAINS = "domains";

    /** The number of the micro-batch in the run, i32[1]: what randomness is drawn from. */
    public Tensor draw() {
        return graph.input("draw", TensorType.i32(1));
    }

    /** Runs {@code build}, code of the plugin in {@code fitting}; errors and nodes are attributed to it. */
    <T> T at(Fitting fitting, Supplier<T> build) {
        try {
            return graph.at(fitting.place(), build);
        } catch (ShapeError | Misfit located) {
            throw located;
        } catch (UserError error) {
            throw new Misfit(error.getMessage() + " (" + fitting.place() + ")", error);
        }
    }

    /** What a plugin does not like about its options or the model's sizes, with its place. */
    private static final class Misfit extends UserError {

        private static final long serialVersionUID = 1L;

        Misfit(String message, UserError cause) {
            super(message, cause);
        }
    }

    /**
     * A parameter as it is used. Where weights are halves, training and evaluation round the f32 values that the optimizer moves, and
     * the gradient passes to those as if nothing were rounded; decoding keeps the halves alone. Products and look-ups read them as
     * they are ({@link Tensor#matmul(Tensor, boolean, boolean)}), anything else sees them widened.
     */
    Tensor parameter(String name, Shape shape, Initializer initializer) {
        var weights = settings.weights().dtype();
        if (weights == DType.F32) {
            return graph.parameter(name, shape, initializer);
        }
        return mode == Mode.DECODING
                ? graph.state(name, new TensorType(weights, shape), initializer).toFloat()
                : graph.apply(new Cast(weights), graph.parameter(name, shape, initializer)).toFloat();
    }

    /** Gains and biases: not decayed, and f32 whatever the weights are. */
    Tensor undecayed(String name, Shape shape, Initializer initializer) {
        undecayed.add(name);
        return graph.parameter(name, shape, initializer);
    }

    /** Tells apart the places that draw random numbers in the same step. */
    int salt() {
        return ++salts;
    }

    /** Parameters that weight decay leaves alone. */
    public Set<String> undecayed() {
        return undecayed;
    }

    void metric(String name, Tensor value) {
        if (metrics.add(name)) {
            graph.output(name, value);
        }
    }

    /** Names of the outputs that plugins and layers publish. */
    public Set<String> metrics() {
        return metrics;
    }

    /** Publishes what adds up over the micro-batches of a step: counts, sums. */
    void tally(String name, Tensor value) {
        tallies.put(name, value);
    }

    /** What layers publish that adds up over the micro-batches of a step, by name. */
    public Map<String, Tensor> tallies() {
        return Collections.unmodifiableMap(tallies);
    }

    /**
     * What a router selects in training.
     *
     * @param choices experts of each token [N, k], or tokens of each expert [E, C]; i32, −1 for none
     * @param experts how many it chooses among
     */
    public record Selected(Tensor choices, int experts) {}

    /** What counts as selected by the router at {@code path}: {@code own}, or what is written to the input {@link #IMPOSED} + path. */
    Tensor selected(String path, Tensor own, int experts) {
        if (mode != Mode.TRAINING) {
            return own;
        }
        var choices = own;
        if (!settings.imposedRouting().isEmpty()) {
            var imposed = graph.input(IMPOSED + path, own.type());
            choices = imposed.equal(0).where(own, imposed.subtract(IMPOSED_OFFSET));
        }
        selected.putIfAbsent(path, new Selected(choices, experts));
        return choices;
    }

    /** What routers selected, by the paths of their sockets. */
    public Map<String, Selected> selected() {
        return Collections.unmodifiableMap(selected);
    }

    /** Writes {@code fresh} [B, T, …] behind what the cache {@code name} holds; the cache as it is then. */
    Tensor cached(String name, Tensor fresh) {
        return cached(name, fresh.shape().with(1, settings.context()), cache -> cache.writeRows(fresh, start));
    }

    /** {@link #cached(String, Tensor)} in the precision of the model's caches. */
    Tensor kept(String name, Tensor fresh) {
        if (settings.cache() == ModelSettings.Kept.f32) {
            return cached(name, fresh);
        }
        var narrow = graph.apply(new Quantize(), List.of(fresh));
        var codes = narrow.get(0);
        var cache = cache(name, new TensorType(codes.dtype(), codes.shape().with(1, settings.context())), true);
        var written = cache.writeRows(codes, start);
        graph.update(cache, written);
        return graph.apply(new Dequantize(), written, cached(name + ".scales", narrow.get(1)));
    }

    Tensor cached(String name, Shape shape, UnaryOperator<Tensor> write) {
        var cache = cache(name, TensorType.f32(shape), true);
        var written = write.apply(cache);
        graph.update(cache, written);
        return written;
    }

    /** What the cache {@code name} holds of the tokens before these; {@code first} if there are none. */
    Tensor remembered(String name, Tensor first) {
        return start.equal(0).where(first, cache(name, first.type(), false));
    }

    void remember(String name, Tensor value) {
        graph.update(cache(name, value.type(), false), value);
    }

    private Tensor cache(String name, TensorType type, boolean rows) {
        caches.put(name, new Cache(CACHE + name, type, rows ? Math.ceilDiv(type.bytes(), settings.context()) : 0));
        return graph.state(CACHE + name, type, Initializer.zeros());
    }

    /** Gives attentions that ask for it room for rows that whoever runs the graph fills between two passes; for decoding alone. */
    public Building withTiers() {
        if (mode != Mode.DECODING) {
            throw new IllegalStateException("tiers are filled when decoding, not in " + mode);
        }
        tiers = true;
        return this;
    }

    boolean hasTiers() {
        return tiers;
    }

    /** Room for rows [B, rows, G, head dim], if there are tiers. */
    Optional<Tier> tier(String path, String name, Shape shape, int recent) {
        if (!tiers) {
            return Optional.empty();
        }
        var rows = new FarRows(path, name, shape, recent);
        farRows.add(rows);
        return Optional.of(new Tier(graph.state(rows.keys(), TensorType.f32(shape), Initializer.zeros()),
                graph.state(rows.values(), TensorType.f32(shape), Initializer.zeros()),
                graph.state(rows.used(), TensorType.i32(1), Initializer.zeros())));
    }

    /** The tiers that attentions look at beside their caches, in the order of the layers. */
    public List<FarRows> farRows() {
        return List.copyOf(farRows);
    }

    /** What the parts of the model keep of the tokens that they have read. */
    public List<Cache> caches() {
        return List.copyOf(caches.values());
    }

    /** What the names of caches start with among the variables: they belong to a generation, not to the model. */
    public static final String CACHE = "cache/";
}
