package patchbay.kernels;

/** Locality-sensitive hashing: which bucket a vector falls into, and who else is in it. */
public final class Hashing {

    private Hashing() {}

    /**
     * Row i of {@code out}: the bucket of one hash, which has {@code digits} digits, each the greatest of {@code size} projections and their
     * negatives (Andoni et al. 2015), at {@code projections [rows, digits, size]}: 0 … (2 · size)^digits − 1.
     */
    public static void buckets(int first, int count, float[] projections, int[] out, int digits, int size) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int bucket = 0;
            for (int digit = 0; digit < digits; digit++) {
                int from = (row * digits + digit) * size;
                float most = projections[from];
                float least = most;
                int mostAt = 0;
                int leastAt = 0;
                for (int j = 1; j < size; j++) {
                    float value = projections[from + j];
                    mostAt = value > most ? j : mostAt;
                    most = Math.max(most, value);
                    leastAt = value < least ? j : leastAt;
                    least = Math.min(least, value);
                }
                bucket = bucket * 2 * size + (-least > most ? size + leastAt : mostAt);
            }
            out[row] = bucket;
        }
    }

    /**
     * Row {@code (b·H + h)·R + r}: sorts the keys that exist, {@code start[0] + T} of {@code S}, by bucket and then by number. {@code bucket} is
     * {@code [B, S, H, R]}, and one that there is not counts as the nearest that there is; {@code order} and {@code place} are {@code [B, H, R, S]}, with −1 for what does not exist; {@code begins} and {@code ends}
     * {@code [B, H, T, R]} are the places of the {@code longest} last keys in the bucket of query t up to its own, which is number {@code start[0] + t}.
     * {@code table} has a row of {@code 2 · buckets} to count in.
     */
    public static void runs(int first, int count, int[] bucket, int[] start, int[] order, int[] place, int[] begins, int[] ends, int[] table,
            int time, int keys, int heads, int rounds, int buckets, int longest) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int r = row % rounds;
            int h = row / rounds % heads;
            int b = row / rounds / heads;
            int exist = Math.min(keys, start[0] + time);
            int next = row * 2 * buckets;
            int borders = next + buckets;
            for (int c = 0; c < buckets; c++) {
                table[next + c] = 0;
            }
            for (int s = 0; s < exist; s++) {
                table[next + known(bucket[((b * keys + s) * heads + h) * rounds + r], buckets)] += 1;
            }
            int sum = 0;
            for (int c = 0; c < buckets; c++) {
                int here = table[next + c];
                table[next + c] = sum;
                table[borders + c] = sum;
                sum += here;
            }
            for (int s = 0; s < keys; s++) {
                order[row * keys + s] = -1;
                place[row * keys + s] = -1;
            }
            for (int s = 0; s < exist; s++) {
                int c = known(bucket[((b * keys + s) * heads + h) * rounds + r], buckets);
                int p = table[next + c];
                table[next + c] = p + 1;
                order[row * keys + p] = s;
                place[row * keys + s] = p;
                if (s >= start[0]) {
                    int at = ((b * heads + h) * time + s - start[0]) * rounds + r;
                    begins[at] = Math.max(table[borders + c], p + 1 - longest);
                    ends[at] = p + 1;
                }
            }
        }
    }

    private static int known(int bucket, int buckets) {
        return Math.max(0, Math.min(bucket, buckets - 1));
    }
}
