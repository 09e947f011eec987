package patchbay.memory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The keys of one attention that got most attention, for each key head its own (H2O, Zhang et al. 2023, algorithm 1: the least attended goes; of
 * two as little attended a fresh one stays).
 */
final class WorkingTier {

    /** The position of a row that stands for several tokens. */
    static final long SEVERAL = -1;

    private final int capacity;
    private final int groups;
    private final int dim;
    private final MemorySettings.Rest rest;
    private final int run;
    private final float[] keys; // [capacity, G, D]
    private final float[] values;
    private final float[][] attention; // [G][capacity]
    private final long[][] positions;
    private final long[][] sorted; // as positions, made when asked for
    private int used;

    /** @param run how many neighbours one mean stands for at most */
    WorkingTier(int capacity, int groups, int dim, MemorySettings.Rest rest, int run) {
        this.capacity = capacity;
        this.groups = groups;
        this.dim = dim;
        this.rest = rest;
        this.run = run;
        this.keys = new float[capacity * groups * dim];
        this.values = new float[capacity * groups * dim];
        this.attention = new float[groups][capacity];
        this.positions = new long[groups][capacity];
        this.sorted = new long[groups][];
    }

    int used() {
        return used;
    }

    int capacity() {
        return capacity;
    }

    float[] keys() {
        return keys;
    }

    float[] values() {
        return values;
    }

    /** The positions in the text of what key head {@code group} has, {@link #SEVERAL} for a mean. */
    long[] positions(int group) {
        return Arrays.copyOf(positions[group], used);
    }

    /** How many rows of key head {@code group} are a token's. */
    int known(int group) {
        return sorted(group).length;
    }

    /** Whether key head {@code group} has the token at this position. */
    boolean knows(int group, long position) {
        return Arrays.binarySearch(sorted(group), position) >= 0;
    }

    private long[] sorted(int group) {
        if (sorted[group] == null) {
            sorted[group] = Arrays.stream(positions[group], 0, used).filter(position -> position != SEVERAL).sorted().toArray();
        }
        return sorted[group];
    }

    float[] attention(int group) {
        return Arrays.copyOf(attention[group], used);
    }

    long bytes() {
        return (long) (keys.length + values.length) * Float.BYTES + (long) groups * capacity * (Float.BYTES + Long.BYTES);
    }

    /** The tier with rows that were saved: keys and values [used, G, D], attention [G][used] and positions [G][used]. */
    void restore(int rows, float[] savedKeys, float[] savedValues, float[][] savedAttention, long[][] savedPositions) {
        used = rows;
        System.arraycopy(savedKeys, 0, keys, 0, savedKeys.length);
        System.arraycopy(savedValues, 0, values, 0, savedValues.length);
        for (int g = 0; g < groups; g++) {
            System.arraycopy(savedAttention[g], 0, attention[g], 0, rows);
            System.arraycopy(savedPositions[g], 0, positions[g], 0, rows);
        }
        Arrays.fill(sorted, null);
    }

    /** What the kept rows got in a pass is added to what they had, [G, capacity]. */
    void attended(float[] more) {
        for (int g = 0; g < groups; g++) {
            for (int row = 0; row < used; row++) {
                attention[g][row] += more[g * capacity + row];
            }
        }
    }

    /** Takes in rows as long as there is room, and then those that got more attention than others that are here. */
    void take(Rows fresh) {
        int kept = Math.min(capacity, used + fresh.rows());
        for (int g = 0; g < groups; g++) {
            take(fresh, g, kept);
        }
        used = kept;
        Arrays.fill(sorted, null);
    }

    /** A row of key head g: one that is here, or one of the fresh. */
    private record Candidate(float[] keys, float[] values, int at, long position, float attention) {}

    private void take(Rows fresh, int g, int kept) {
        int all = used + fresh.rows();
        var candidates = new Candidate[all];
        for (int row = 0; row < used; row++) {
            candidates[row] = new Candidate(keys, values, (row * groups + g) * dim, positions[g][row], attention[g][row]);
        }
        for (int row = 0; row < fresh.rows(); row++) {
            candidates[used + row] = new Candidate(fresh.keys(), fresh.values(), (row * groups + g) * dim, fresh.first() + row, fresh.attention()[g][row]);
        }
        if (all <= capacity) {
            IntStream.range(used, all).forEach(row -> put(g, row, candidates[row]));
            return;
        }
        int means = rest == MemorySettings.Rest.mean ? Math.min(capacity, (all - capacity) / run + 1) : 0;
        var stays = mostAttended(candidates, capacity - means);
        var free = IntStream.range(0, kept).filter(row -> row >= used || !stays[row]).iterator();
        var lost = IntStream.range(0, all).filter(i -> !stays[i]).boxed().sorted(Comparator.comparing(i -> candidates[i].position))
                .mapToInt(i -> i).toArray();
        var summaries = IntStream.range(0, means).mapToObj(mean -> mean(candidates, lost, mean, means)).toList();
        IntStream.range(used, all).filter(i -> stays[i]).forEach(i -> put(g, free.nextInt(), candidates[i]));
        summaries.forEach(summary -> put(g, free.nextInt(), summary));
    }

    private static boolean[] mostAttended(Candidate[] candidates, int count) {
        var order = new long[candidates.length]; // the bits of a float that is not negative are ordered as it is
        Arrays.setAll(order, i -> (long) Float.floatToIntBits(candidates[i].attention) << 32 | i);
        Arrays.sort(order);
        var most = new boolean[order.length];
        Arrays.stream(order, order.length - count, order.length).forEach(one -> most[(int) one] = true);
        return most;
    }

    /** The mean of one of {@code means} nearly equal runs of what is lost, which has the attention of all of them. */
    private Candidate mean(Candidate[] candidates, int[] lost, int number, int means) {
        var key = new float[dim];
        var value = new float[dim];
        float sum = 0;
        int from = (int) ((long) number * lost.length / means);
        int to = (int) ((long) (number + 1) * lost.length / means);
        for (int i = from; i < to; i++) {
            var one = candidates[lost[i]];
            for (int d = 0; d < dim; d++) {
                key[d] += one.keys[one.at + d] / (to - from);
                value[d] += one.values[one.at + d] / (to - from);
            }
            sum += one.attention;
        }
        return new Candidate(key, value, 0, SEVERAL, sum);
    }

    private void put(int g, int row, Candidate candidate) {
        System.arraycopy(candidate.keys, candidate.at, keys, (row * groups + g) * dim, dim);
        System.arraycopy(candidate.values, candidate.at, values, (row * groups + g) * dim, dim);
        positions[g][row] = candidate.position;
        attention[g][row] = candidate.attention;
    }
}
