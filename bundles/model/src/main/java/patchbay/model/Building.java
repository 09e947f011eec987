package patchbay.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import patchbay.spi.Mode;
import patchbay.spi.Routing;
import patchbay.spi.Tier;
import patchbay.tensor.DType;
import patchbay.tensor.Gradients;
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

    /** What is learnt on the way, in all stacks of blocks. */
    private static final class Gathered {
        private final Set<String> undecayed = new LinkedHashSet<>();
        private final Set<String> metrics = new LinkedHashSet<>();
        private final Map<String, Tensor> tallies = new LinkedHashMap<>();
        private final Map<String, Selected> selected = new LinkedHashMap<>();
        private final Map<String, Cache> caches = new LinkedHashMap<>();
        private final List<FarRows> farRows = new ArrayList<>();
        private final Map<String, Routing> routings = new LinkedHashMap<>();
        private final List<Tensor> balance = new ArrayList<>();
        private final List<Gradients.Segment> blocks = new ArrayList<>();
        private final Map<String, Function<String, Optional<Initializer>>> pretrained = new LinkedHashMap<>();
        private int salts;
        private boolean tiers;
    }

    private final Graph graph;
    private final Mode mode;
    private final ModelSettings settings;
    private final Gathered gathered;
    private final Tensor start;
    private final boolean causal;
    private final Optional<Tensor> lengths;
    private Optional<Tensor> ids = Optional.empty();
    private Names names = Names.none();

    public Building(Graph graph, Mode mode, ModelSettings settings) {
        this(graph, mode, settings, new Gathered(), mode == Mode.DECODING ? graph.input("start", TensorType.i32(1)) : graph.constant(Shape.of(1), 0),
                true, Optional.empty());
    }

    private Building(Graph graph, Mode mode, ModelSettings settings, Gathered gathered, Tensor start, boolean causal, Optional<Tensor> lengths) {
        this.graph = graph;
        this.mode = mode;
        this.settings = settings;
        this.gathered = gathered;
        this.start = start;
        this.causal = causal;
        this.lengths = lengths;
    }

    /** The same graph for a part of the model that has sizes of its own. */
    Building of(ModelSettings sizes) {
        return sizes == settings ? this : new Building(graph, mode, sizes, gathered, start, causal, lengths);
    }

    /** The same graph for what only reads a text's beginning, whole: nothing of it is kept in caches. */
    Building whole() {
        return mode != Mode.DECODING ? this : new Building(graph, Mode.EVALUATION, settings, gathered, graph.constant(Shape.of(1), 0), causal, lengths);
    }

    /**
     * The same graph for blocks within an encoder, which sequences of its own pass through.
     *
     * @param lengths of the sequences, i32[B]; empty if all are {@code time} long
     */
    Building within(ModelSettings sizes, boolean causal, int batch, int time, Optional<Tensor> lengths) {
        var inner = new Building(graph, mode, sizes, gathered, start, causal, causal ? Optional.empty() : lengths);
        var places = graph.constant(Shape.of(1, time), IntStream.range(0, time).toArray()).broadcastTo(Shape.of(batch, time));
        inner.enter(lengths.map(given -> places.less(given.unsqueeze(1)).toInt().subtract(graph.constant(Shape.scalar(), 1))) // 0 for a place, −1 for padding
                .orElseGet(() -> graph.constant(Shape.of(batch, time), new int[batch * time])));
        return inner;
    }

    /** Whether no token must see those behind it. */
    boolean causal() {
        return causal;
    }

    /** How many tokens each sequence has, i32[B]; empty where padding needs no care. */
    Optional<Tensor> lengths() {
        return lengths;
    }

    /** Tells of a block that was built, for those who compute it twice. */
    void block(Gradients.Segment block) {
        gathered.blocks.add(block);
    }

    /** The nodes of each block. */
    public List<Gradients.Segment> blocks() {
        return List.copyOf(gathered.blocks);
    }

    /** Tells of a mixture that was built. */
    void mixed(String path, Mixture.Result mixed) {
        gathered.routings.put(path, mixed.routing());
        gathered.balance.addAll(mixed.balance());
    }

    /** By the path of the mixture layer: {@code layers.3.moe}. */
    public Map<String, Routing> routings() {
        return Collections.unmodifiableMap(gathered.routings);
    }

    /** The balancers' loss terms, summed; empty if there are none. */
    public Optional<Tensor> balance() {
        return gathered.balance.stream().reduce(Tensor::add);
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
        return Misfit.located(fitting, () -> graph.at(fitting.place(), build));
    }

    /**
     * A parameter as it is used. Where weights are halves, training and evaluation round the f32 values that the optimizer moves, and
     * the gradient passes to those as if nothing were rounded; decoding keeps the halves alone. Products and look-ups read them as
     * they are ({@link Tensor#matmul(Tensor, boolean, boolean)}), anything else sees them widened.
     */
    Tensor parameter(String name, Shape shape, Initializer initializer) {
        var weights = settings.weights().dtype();
        var first = first(name, initializer);
        if (weights == DType.F32) {
            return graph.parameter(name, shape, first);
        }
        return mode == Mode.DECODING
                ? graph.state(name, new TensorType(weights, shape), first).toFloat()
                : graph.apply(new Cast(weights), graph.parameter(name, shape, first)).toFloat();
    }

    /** Gains and biases: not decayed, and f32 whatever the weights are. */
    Tensor undecayed(String name, Shape shape, Initializer initializer) {
        gathered.undecayed.add(name);
        return graph.parameter(name, shape, first(name, initializer));
    }

    /** Has parameters whose names begin with {@code prefix} begin with what {@code values} has for the rest of the name, where it has something. */
    void pretrained(String prefix, Function<String, Optional<Initializer>> values) {
        gathered.pretrained.put(prefix, values);
    }

    private Initializer first(String name, Initializer otherwise) {
        return gathered.pretrained.entrySet().stream().filter(values -> name.startsWith(values.getKey())).findFirst()
                .flatMap(values -> values.getValue().apply(name.substring(values.getKey().length()))).orElse(otherwise);
    }

    /** Tells apart the places that draw random numbers in the same step. */
    int salt() {
        return ++gathered.salts;
    }

    /** Parameters that weight decay leaves alone. */
    public Set<String> undecayed() {
        return gathered.undecayed;
    }

    void metric(String name, Tensor value) {
        if (gathered.metrics.add(name)) {
            graph.output(name, value);
        }
    }

    /** Names of the outputs that plugins and layers publish. */
    public Set<String> metrics() {
        return gathered.metrics;
    }

    /** Publishes what adds up over the micro-batches of a step: counts, sums. */
    void tally(String name, Tensor value) {
        gathered.tallies.put(name, value);
    }

    /** What layers publish that adds up over the micro-batches of a step, by name. */
    public Map<String, Tensor> tallies() {
        return Collections.unmodifiableMap(gathered.tallies);
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
        gathered.selected.putIfAbsent(path, new Selected(choices, experts));
        return choices;
    }

    /** What routers selected, by the paths of their sockets. */
    public Map<String, Selected> selected() {
        return Collections.unmodifiableMap(gathered.selected);
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
        gathered.caches.put(name, new Cache(CACHE + name, type, rows ? Math.ceilDiv(type.bytes(), settings.context()) : 0));
        return graph.state(CACHE + name, type, Initializer.zeros());
    }

    /** Gives attentions that ask for it room for rows that whoever runs the graph fills between two passes; for decoding alone. */
    public Building withTiers() {
        if (mode != Mode.DECODING) {
            throw new IllegalStateException("tiers are filled when decoding, not in " + mode);
        }
        gathered.tiers = true;
        return this;
    }

    boolean hasTiers() {
        return gathered.tiers;
    }

    /** Room for rows [B, rows, G, head dim], if there are tiers. */
    Optional<Tier> tier(String path, String name, Shape shape, int recent) {
        if (!gathered.tiers) {
            return Optional.empty();
        }
        var rows = new FarRows(path, name, shape, recent);
        gathered.farRows.add(rows);
        return Optional.of(new Tier(graph.state(rows.keys(), TensorType.f32(shape), Initializer.zeros()),
                graph.state(rows.values(), TensorType.f32(shape), Initializer.zeros()),
                graph.state(rows.used(), TensorType.i32(1), Initializer.zeros())));
    }

    /** The tiers that attentions look at beside their caches, in the order of the layers. */
    public List<FarRows> farRows() {
        return List.copyOf(gathered.farRows);
    }

    /** What the parts of the model keep of the tokens that they have read. */
    public List<Cache> caches() {
        return List.copyOf(gathered.caches.values());
    }

    /** What the names of caches start with among the variables: they belong to a generation, not to the model. */
    public static final String CACHE = "cache/";
}
