package patchbay.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import patchbay.model.Building;
import patchbay.model.Cache;
import patchbay.model.Decoder;
import patchbay.model.FarRows;
import patchbay.model.Generator;
import patchbay.model.Sampling;
import patchbay.spi.Mode;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * Reads a text of any length, and continues it, with a model whose layers have the attention {@code memory}; what it takes does not grow with the
 * text. Tokens are read in chunks. When the recent tier is full, its oldest quarter leaves it: blocks of it go to the persistent tier, and its most
 * attended keys to the working tier. After a chunk is read its queries search the persistent tier, and if they find other blocks than were there the chunk
 * is read once more with these: a row is written where it was, so that reading twice changes nothing else, and what is
 * retrieved is what this chunk looks for.
 *
 * <p>Positions begin with what is oldest in the recent tier. Not for several threads at once.
 */
public final class MemorySession implements AutoCloseable {

    /** Parts of the recent tier that leave it at once. */
    private static final int PARTS = 4;
    private static final int[] SHORTER = {64, 8, 1};

    private final Engine engine;
    private final Decoder decoder;
    private final Variables variables;
    private final MemorySettings settings;
    private final String name;
    private final Optional<PersistentTier> persistent;
    private final Map<Integer, Program> programs = new LinkedHashMap<>();
    private final List<LayerMemory> layers = new ArrayList<>();
    private final String model;
    private final List<Cache> caches;
    private final List<Cache> moving; // caches of which nothing is kept when they move on
    private final int recent;
    private final Deque<Source> sources = new ArrayDeque<>();
    private final int[] tokens; // [recent]
    private int position;
    private long left;
    private float[] logits = {};

    /** @param open gives the persistent tier of a name */
    MemorySession(Engine engine, Decoder given, Variables values, MemorySettings settings, String name,
            BiFunction<String, Layout, PersistentTier> open) {
        this.engine = engine;
        this.recent = recent(given);
        if (recent < PARTS * settings.block()) {
            throw new UserError("recent is " + recent + "; with blocks of " + settings.block() + " tokens it must be at least " + PARTS * settings.block());
        }
        this.decoder = given.with(given.rack().withContext(recent));
        this.variables = Generator.values(engine, decoder, values);
        this.settings = settings;
        this.name = name;
        this.tokens = new int[recent];
        var building = program(1);
        var byPath = new LinkedHashMap<String, Map<String, FarRows>>();
        building.farRows().forEach(rows -> byPath.computeIfAbsent(rows.path(), _ -> new HashMap<>()).put(rows.tier(), rows));
        byPath.values().forEach(tiers -> layers.add(
                new LayerMemory(layers.size(), tiers.get("working"), tiers.get("retrieved"), recent, settings, variables)));
        var kept = layers.stream().flatMap(layer -> Stream.of(layer.keys(), layer.values())).toList();
        this.moving = building.caches().stream().filter(cache -> !kept.contains(cache.name())).toList();
        for (var cache : building.caches()) {
            if (!cache.rows() || cache.type().dtype() != DType.F32 || cache.type().shape().dim(1) != recent) {
                throw new UserError("the cache " + cache.name() + ", " + cache.type() + ", has no f32 row for each recent token: a memory cannot move it on");
            }
        }
        this.caches = building.caches();
        this.model = Fingerprint.of(variables);
        var first = layers.getFirst();
        this.persistent = settings.shared().map(shared -> opened(open, shared, new Layout(model, layers.size(), first.groups(), first.dim(),
                settings.block(), settings.grain(), settings.similarity())));
    }

    private PersistentTier opened(BiFunction<String, Layout, PersistentTier> open, String shared, Layout layout) {
        try {
            return open.apply(shared, layout);
        } catch (UserError refused) {
            close();
            throw refused;
        }
    }

    /** The recent tier's size, of a model that remembers in every layer. */
    private static int recent(Decoder decoder) {
        var tiers = building(decoder, 1).farRows();
        int recent = 0;
        for (int layer = 0; layer < decoder.rack().settings().layers(); layer++) {
            var path = "layers." + layer + ".attention";
            int here = tiers.stream().filter(rows -> rows.path().equals(path)).mapToInt(FarRows::recent).findFirst().orElseThrow(() -> new UserError(
                    path + " is " + decoder.rack().at(path).plug().plugin() + "; a memory needs every layer's to be 'memory': swap layers.*.attention memory"));
            if (layer > 0 && here != recent) {
                throw new UserError("recent is " + recent + " in layers.0.attention and " + here + " in " + path + "; a memory needs one for all");
            }
            recent = here;
        }
        return recent;
    }

    private static Building building(Decoder decoder, int time) {
        var graph = new Graph();
        var building = new Building(graph, Mode.DECODING, decoder.rack().settings()).withTiers();
        var logits = decoder.build(building, graph.input("tokens", TensorType.i32(1, time))).logits();
        graph.output("logits", logits.slice(0, time - 1, time));
        return building;
    }

    private Building program(int time) {
        var building = building(decoder, time);
        var program = engine.compile(building.graph(), variables);
        if (building.graph().inputs().containsKey(Building.DOMAINS)) {
            var unknown = new int[time];
            Arrays.fill(unknown, -1);
            program.write(Building.DOMAINS, unknown);
        }
        programs.put(time, program);
        return building;
    }

    public String name() {
        return name;
    }

    public MemorySettings settings() {
        return settings;
    }

    /** Tokens read so far. */
    public long length() {
        return left + position;
    }

    /** [vocabulary]: what comes after the last token. */
    public float[] logits() {
        return logits.clone();
    }

    /** @param source what the tokens are of, which is told of what is retrieved */
    public void read(int[] text, String source) {
        if (text.length > 0 && (sources.isEmpty() || !sources.getLast().name().equals(source))) {
            sources.add(new Source(length(), source));
        }
        int chunk = Math.min(settings.chunk(), recent / PARTS);
        for (int from = 0; from < text.length;) {
            int rest = Math.max(1, text.length - 1 - from); // the last token is read by itself: what it looks for is what a continuation needs
            int length = rest >= chunk ? chunk : Arrays.stream(SHORTER).filter(shorter -> shorter <= rest).findFirst().orElseThrow();
            pass(Arrays.copyOfRange(text, from, from + length));
            from += length;
        }
    }

    private void pass(int[] text) {
        makeRoom(text.length);
        if (!programs.containsKey(text.length)) {
            program(text.length);
        }
        var program = programs.get(text.length);
        program.write("tokens", text);
        program.write("start", new int[] {position});
        program.run();
        if (retrieve(program, text.length)) {
            program.run();
        }
        layers.forEach(layer -> layer.note(program));
        System.arraycopy(text, 0, tokens, position, text.length);
        position += text.length;
        logits = program.floats("logits");
    }

    private boolean retrieve(Program program, int time) {
        if (persistent.isEmpty() || persistent.get().blocks() == 0) {
            return false;
        }
        boolean changed = false;
        for (var layer : layers) {
            changed |= layer.retrieve(program, time, settings, persistent.get(), name);
        }
        return changed;
    }

    /** Has the oldest rows of the recent tier leave it if it has none for {@code count} tokens more. */
    private void makeRoom(int count) {
        if (position + count <= recent) {
            return;
        }
        int block = settings.block();
        int least = Math.max(position + count - recent, recent / PARTS);
        int rows = Math.min(position, (least + block - 1) / block * block);
        var gone = layers.stream().map(layer -> layer.leave(rows, left)).toList();
        moving.forEach(cache -> moveOn(cache, rows));
        persistent.ifPresent(tier -> {
            for (int from = 0; from + block <= rows; from += block) {
                int first = from;
                tier.add(block(first), slices(gone, Rows::keys, first), slices(gone, Rows::values, first));
            }
        });
        for (int layer = 0; settings.working() && layer < layers.size(); layer++) {
            layers.get(layer).keep(gone.get(layer));
        }
        System.arraycopy(tokens, rows, tokens, 0, position - rows);
        position -= rows;
        left += rows;
        while (sources.size() > 1 && sources.stream().skip(1).findFirst().orElseThrow().from() <= left) {
            sources.removeFirst();
        }
    }

    private void moveOn(Cache cache, int rows) {
        var all = read(cache);
        int length = rows * (all.length / recent);
        System.arraycopy(all, length, all, 0, all.length - length);
        write(cache, all);
    }

    private Block block(int first) {
        long at = left + first;
        var source = sources.stream().filter(one -> one.from() <= at).reduce((_, later) -> later).orElseThrow();
        return new Block(name, at, source.name(), at - source.from(), Arrays.copyOfRange(tokens, first, first + settings.block()));
    }

    /** The rows from {@code first} on of a block, of each layer. */
    private float[][] slices(List<Rows> gone, Function<Rows, float[]> what, int first) {
        return IntStream.range(0, gone.size()).mapToObj(layer -> {
            int width = layers.get(layer).groups() * layers.get(layer).dim();
            return Arrays.copyOfRange(what.apply(gone.get(layer)), first * width, (first + settings.block()) * width);
        }).toArray(float[][]::new);
    }

    /**
     * Continues what was read.
     *
     * @param sink is told each token, which is then read; false ends it, and the token that it was told is not read
     * @throws UserError if nothing was read
     */
    public void generate(int count, Sampling sampling, long seed, IntPredicate sink) {
        if (logits.length == 0) {
            throw new UserError("nothing was read yet: a continuation needs a text to continue");
        }
        var random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            int next = sampling.draw(logits, random);
            if (!sink.test(next)) {
                return;
            }
            read(new int[] {next}, "generated");
        }
    }

    /** A place in the text that {@link #back} returns to, as long as no row has left the recent tier since. */
    public record Mark(long left, int position, float[] logits, List<float[][]> attention) {}

    /** @param room tokens that can be read from here before returning */
    public Mark mark(int room) {
        if (room > recent / PARTS) {
            throw new UserError("room for " + room + " tokens is more than the " + recent / PARTS + " that leave the recent tier of " + recent + " at once");
        }
        makeRoom(room);
        return new Mark(left, position, logits.clone(), layers.stream().map(layer -> copy(layer.attention())).toList());
    }

    /** Forgets what was read since. What was retrieved, and what the working tier's keys got, stays. */
    public void back(Mark mark) {
        if (mark.left != left) {
            throw new UserError("the recent tier has moved on since: it had room for " + (recent - mark.position) + " tokens");
        }
        position = mark.position;
        logits = mark.logits.clone();
        sources.removeIf(source -> source.from() >= length() && source.from() > 0);
        for (int layer = 0; layer < layers.size(); layer++) {
            var attention = layers.get(layer).attention();
            for (int g = 0; g < attention.length; g++) {
                System.arraycopy(mark.attention.get(layer)[g], 0, attention[g], 0, recent);
            }
        }
    }

    private static float[][] copy(float[][] rows) {
        return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
    }

    /**
     * A tier as it is.
     *
     * @param rows tokens that it has, of each head
     * @param capacity that it has room for; 0 for no bound
     * @param bytes in memory, or on disk
     */
    public record TierState(String tier, long rows, long capacity, long bytes, boolean onDisk) {}

    public List<TierState> tiers() {
        var states = new ArrayList<TierState>();
        states.add(new TierState("recent", position, recent, layers.stream().mapToLong(LayerMemory::recentBytes).sum(), false));
        var first = layers.getFirst();
        states.add(new TierState("working", first.working().used(), first.working().capacity(),
                layers.stream().mapToLong(layer -> layer.working().bytes()).sum(), false));
        states.add(new TierState("retrieved", first.rows(), first.room(),
                layers.stream().mapToLong(LayerMemory::retrievedBytes).sum(), false));
        persistent.ifPresent(tier -> states.add(new TierState("persistent", (long) tier.blocks() * settings.block(), 0, tier.bytes(), true)));
        return List.copyOf(states);
    }

    /** Where what was last retrieved came from, for any layer and head, the nearest first. */
    public List<Block> retrieved() {
        return persistent.map(tier -> layers.stream().flatMap(layer -> layer.retrieved().stream()).distinct().map(tier::block).toList()).orElse(List.of());
    }

    /** Bytes that the programs need beside the tiers. */
    public long programBytes() {
        return programs.values().stream().mapToLong(Program::memory).sum();
    }

    Optional<PersistentTier> persistent() {
        return persistent;
    }

    String model() {
        return model;
    }

    List<LayerMemory> layers() {
        return layers;
    }

    List<Cache> caches() {
        return caches;
    }

    float[] read(Cache cache) {
        var values = new float[cache.type().size()];
        variables.read(cache.name(), values);
        return values;
    }

    void write(Cache cache, float[] values) {
        variables.put(cache.name(), cache.type(), values);
    }

    int[] tokens() {
        return tokens;
    }

    int position() {
        return position;
    }

    long left() {
        return left;
    }

    /** What is in the recent tier, a line each. */
    List<String> sources() {
        return sources.stream().map(Source::toString).toList();
    }

    /** Goes on from what was saved. */
    void restore(int savedPosition, long savedLeft, List<String> lines, int[] savedTokens, float[] savedLogits) {
        position = savedPosition;
        left = savedLeft;
        lines.stream().filter(line -> !line.isEmpty()).map(Source::parse).forEach(sources::add);
        System.arraycopy(savedTokens, 0, tokens, 0, recent);
        logits = savedLogits;
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}
