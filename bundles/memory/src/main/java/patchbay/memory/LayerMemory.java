package patchbay.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import patchbay.model.Building;
import patchbay.model.FarRows;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;

/** What one attention remembers: its recent rows with the attention that they got, its working tier, and what was last retrieved for it. */
final class LayerMemory {

    private final int layer;
    private final FarRows working;
    private final FarRows retrieved;
    private final Variables variables;
    private final int recent;
    private final int groups;
    private final int dim;
    private final WorkingTier tier;
    private final float[][] attention; // [G][recent]
    private final float[] cache; // [recent, G, D]
    private final float[] far; // [retrieved, G, D]
    private final float[] farValues;
    private int rows;
    private List<List<Integer>> found; // for each key head what was searched out, the nearest first
    private List<List<Integer>> seen; // and of which blocks there are rows

    /**
     * @param layer its place among the attentions
     * @param recent rows of its cache
     */
    LayerMemory(int layer, FarRows working, FarRows retrieved, int recent, MemorySettings settings, Variables variables) {
        this.layer = layer;
        this.working = working;
        this.retrieved = retrieved;
        this.variables = variables;
        this.recent = recent;
        this.groups = working.shape().dim(2);
        this.dim = working.shape().dim(3);
        this.tier = new WorkingTier(working.shape().dim(1), groups, dim, settings.rest(), settings.block());
        this.attention = new float[groups][recent];
        this.cache = new float[recent * groups * dim];
        this.far = new float[room() * groups * dim];
        this.farValues = new float[far.length];
        forget();
    }

    int groups() {
        return groups;
    }

    int dim() {
        return dim;
    }

    /** How many rows can be retrieved. */
    int room() {
        return retrieved.shape().dim(1);
    }

    /** How many rows are retrieved for each head. */
    int rows() {
        return rows;
    }

    WorkingTier working() {
        return tier;
    }

    float[][] attention() {
        return attention;
    }

    String path() {
        return working.path();
    }

    String keys() {
        return Building.CACHE + path() + ".keys";
    }

    String values() {
        return Building.CACHE + path() + ".values";
    }

    /** Adds up how much attention a pass gave to what is kept. */
    void note(Program program) {
        var got = program.floats(path() + ".recent-attention"); // [1, G, recent]
        for (int g = 0; g < groups; g++) {
            for (int row = 0; row < recent; row++) {
                attention[g][row] += got[g * recent + row];
            }
        }
        tier.attended(program.floats(path() + ".working-attention"));
    }

    /** Takes the first {@code rows} out of the cache; the others move up. */
    Rows leave(int rows, long first) {
        var gone = new float[groups][];
        for (int g = 0; g < groups; g++) {
            gone[g] = Arrays.copyOf(attention[g], rows);
            System.arraycopy(attention[g], rows, attention[g], 0, recent - rows);
            Arrays.fill(attention[g], recent - rows, recent, 0);
        }
        return new Rows(first, rows, leave(keys(), rows), leave(values(), rows), gone);
    }

    private float[] leave(String name, int rows) {
        variables.read(name, cache);
        int length = rows * groups * dim;
        var gone = Arrays.copyOf(cache, length);
        System.arraycopy(cache, length, cache, 0, cache.length - length);
        variables.put(name, variables.type(name), cache);
        return gone;
    }

    /** Puts rows into the working tier. */
    void keep(Rows rows) {
        tier.take(rows);
        showWorking();
    }

    /** Lets the attention see the working tier as it is now. */
    void showWorking() {
        variables.put(working.keys(), TensorType.f32(working.shape()), tier.keys());
        variables.put(working.values(), TensorType.f32(working.shape()), tier.values());
        variables.put(working.used(), TensorType.i32(1), new int[] {tier.used()});
    }

    /** Nothing is retrieved. */
    void forget() {
        found = IntStream.range(0, groups).mapToObj(_ -> List.<Integer>of()).toList();
        seen = found;
        rows = 0;
        variables.put(retrieved.used(), TensorType.i32(1), new int[1]);
    }

    /**
     * Searches for what the queries of a pass look for.
     *
     * @param time how many queries there are
     * @param settings how many probes they are reduced to, and how many candidates are compared
     * @param session whose rows may be in the working tier too
     * @return whether that is anything else than what was there
     */
    boolean retrieve(Program program, int time, MemorySettings settings, PersistentTier persistent, String session) {
        var queries = program.floats(path() + ".queries"); // [1, T, H, D]
        var blocks = IntStream.range(0, groups).mapToObj(g -> persistent.search(layer, g, probes(queries, time, g, Math.min(settings.probes(), time)),
                settings.candidates(), 2 * room() / settings.block())).toList();
        if (blocks.equals(found)) {
            return false;
        }
        found = blocks;
        rows = IntStream.range(0, groups).mapToLong(g -> (long) persistent.blocks() * persistent.layout().block() - tier.known(g))
                .mapToInt(there -> (int) Math.clamp(there, 0, room())).min().orElseThrow();
        seen = IntStream.range(0, groups).mapToObj(g -> fill(g, persistent, session)).toList();
        variables.put(retrieved.keys(), TensorType.f32(retrieved.shape()), far);
        variables.put(retrieved.values(), TensorType.f32(retrieved.shape()), farValues);
        variables.put(retrieved.used(), TensorType.i32(1), new int[] {rows});
        return true;
    }

    /** Means of {@code count} nearly equal runs of the queries, for each head that reads key head g. */
    private List<float[]> probes(float[] queries, int time, int g, int count) {
        int heads = queries.length / time / dim;
        var probes = new ArrayList<float[]>();
        for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
            for (int run = 0; run < count; run++) {
                int from = run * time / count;
                int to = (run + 1) * time / count;
                var mean = new float[dim];
                for (int t = from; t < to; t++) {
                    for (int d = 0; d < dim; d++) {
                        mean[d] += queries[(t * heads + h) * dim + d] / (to - from);
                    }
                }
                probes.add(mean);
            }
        }
        return probes;
    }

    /**
     * Writes the rows of key head g: of the blocks that were found, and where the working tier has so many of theirs that some room is left, of
     * the newest others, as all heads must have equally many.
     *
     * @return the blocks whose rows these are
     */
    private List<Integer> fill(int g, PersistentTier persistent, String session) {
        int block = persistent.layout().block();
        var keys = new float[block * dim];
        var values = new float[block * dim];
        var newest = IntStream.iterate(persistent.blocks() - 1, number -> number - 1).limit(persistent.blocks()).boxed()
                .filter(number -> !found.get(g).contains(number));
        var taken = new ArrayList<Integer>();
        int row = 0;
        for (var numbers = Stream.concat(found.get(g).stream(), newest).iterator(); row < rows;) {
            int number = numbers.next();
            taken.add(number);
            var from = persistent.block(number);
            persistent.read(number, layer, g, keys, values);
            for (int i = 0; i < block && row < rows; i++) {
                if (!from.session().equals(session) || !tier.knows(g, from.position() + i)) {
                    System.arraycopy(keys, i * dim, far, (row * groups + g) * dim, dim);
                    System.arraycopy(values, i * dim, farValues, (row * groups + g) * dim, dim);
                    row++;
                }
            }
        }
        return List.copyOf(taken);
    }

    /** The blocks that rows were last retrieved of for any head, the nearest first. */
    List<Integer> retrieved() {
        return IntStream.range(0, seen.stream().mapToInt(List::size).max().orElse(0)).boxed()
                .flatMap(rank -> seen.stream().filter(blocks -> rank < blocks.size()).map(blocks -> blocks.get(rank))).distinct().toList();
    }

    /** Bytes of the cache. */
    long recentBytes() {
        return 2L * cache.length * Float.BYTES;
    }

    /** Bytes of the retrieved rows. */
    long retrievedBytes() {
        return 2L * far.length * Float.BYTES;
    }
}
