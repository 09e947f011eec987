package patchbay.kernels;

/**
 * Rows that travel to groups and back: N rows are each wanted by k groups, so there are M = N · k entries, entry n·k + j being the
 * j-th choice of row n. Sorted by group, place i holds entry {@code order[i]}; entry e stands at place {@code inverse[e]}, or
 * nowhere (−1) if it belongs to no group.
 */
public final class Dispatch {

    private Dispatch() {}

    /** Place i gets its row times its weight: out[i] = weights[order[i]] · rows[order[i] / k]; beyond the last group 0. Row = place. */
    public static void dispatch(int first, int count, float[] rows, float[] weights, int[] order, int[] offsets, float[] out,
            int groups, int k, int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int place = first + i;
            int to = place * dim;
            if (place < offsets[groups]) {
                int entry = order[place];
                int from = entry / k * dim;
                float weight = weights[entry];
                for (int d = 0; d < dim; d++) {
                    out[to + d] = weight * rows[from + d];
                }
            } else {
                for (int d = 0; d < dim; d++) {
                    out[to + d] = 0;
                }
            }
        }
    }

    /** Each row gets back the weighed sum of its places: out[n] = Σⱼ weights[n·k + j] · sorted[inverse[n·k + j]]. Row = n. */
    public static void combine(int first, int count, float[] sorted, float[] weights, int[] inverse, float[] out, int k, int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int to = row * dim;
            for (int d = 0; d < dim; d++) {
                out[to + d] = 0;
            }
            for (int j = 0; j < k; j++) {
                int place = inverse[row * k + j];
                if (place >= 0) {
                    float weight = weights[row * k + j];
                    int from = place * dim;
                    for (int d = 0; d < dim; d++) {
                        out[to + d] += weight * sorted[from + d];
                    }
                }
            }
        }
    }

    /** Products of each place with its row: out[e] = sorted[inverse[e]] · rows[e / k]; 0 for an entry in no group. Row = entry. */
    public static void products(int first, int count, float[] sorted, float[] rows, int[] inverse, float[] out, int k, int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int entry = first + i;
            int place = inverse[entry];
            float sum = 0;
            if (place >= 0) {
                int a = place * dim;
                int b = entry / k * dim;
                for (int d = 0; d < dim; d++) {
                    sum += sorted[a + d] * rows[b + d];
                }
            }
            out[entry] = sum;
        }
    }
}
