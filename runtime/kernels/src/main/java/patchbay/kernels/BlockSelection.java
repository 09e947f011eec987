package patchbay.kernels;

/**
 * Which blocks of the text each query looks into. A node of level i stands for {@code block · growth^i} tokens in a row and has a key (one of
 * level 0 {@code per} keys, which its blocks' parts have); its children are the {@code growth} nodes of the level below that stand for the same
 * tokens. A node is finished from its last token on.
 */
public final class BlockSelection {

    private BlockSelection() {}

    /**
     * Row {@code (b·T + t)·G + g}: query t stands at position {@code (start[0] + t) · every}, and {@code ranges [B, T, G, n, 2]} gets the
     * tokens from and to (exclusive) of the blocks that the heads of key head g see: the {@code n − 3} most important of the finished ones, then its own, that before it and the
     * first. Where there are fewer, spans are left empty.
     *
     * <p>Importance is the sum over those heads and a node's keys of {@code e^(scale · q·k − normalizer)}. From the highest level down, the n most
     * important nodes are kept, and looked at next are their children and the finished nodes without a finished parent. Of equals
     * the one that is looked at first is kept. Keys are {@code k [B, keys, G, D]}, those of level i from {@code offsets[i]} on; q is
     * {@code [B, T, H, D]}, normalizer {@code [B, H, T]}; {@code importances [B, T, G, n]} is for the kernel itself.
     */
    public static void select(int first, int count, float[] q, float[] k, float[] normalizer, int[] start, int[] offsets, int[] ranges,
            float[] importances, int time, int keys, int heads, int groups, int dim, int levels, int block, int growth, int per, int every,
            int n, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int g = row % groups;
            int t = row / groups % time;
            int b = row / groups / time;
            int list = row * n * 2;
            int position = (start[0] + t) * every;
            int own = position / block;
            int forced = Math.min(3, own + 1);
            int length = block;
            for (int level = 1; level < levels; level++) {
                length *= growth;
            }
            int parents = 0;
            int covered = 0; // nodes of the level whose parents are finished
            for (int level = levels - 1; level >= 0; level--) {
                int finished = (position + 1) / length;
                int room = level == 0 ? n - forced : n;
                int end = level == 0 ? Math.min(finished, own - 1) : finished; // of level 0, the own and the one before are taken anyway
                int begin = level == 0 ? 1 : 0; // and the first
                int parts = level == 0 ? per : 1;
                int chosen = 0;
                int candidates = parents * growth + finished - covered;
                for (int candidate = 0; candidate < candidates; candidate++) {
                    int node = candidate - parents * growth + covered;
                    if (candidate < parents * growth) {
                        node = ranges[list + 2 * (candidate / growth) + 1] * growth + candidate % growth;
                    }
                    if (node >= begin) {
                        if (node < end) {
                            float importance = importance(q, k, normalizer, b, t, g, offsets[level] + node * parts, parts, time, keys, heads, groups,
                                    dim, scale);
                            int place = chosen;
                            while (place > 0 && importances[row * n + Math.max(0, place - 1)] < importance) {
                                place--;
                            }
                            if (place < room) {
                                chosen = Math.min(room, chosen + 1);
                                for (int j = chosen - 1; j > place; j--) {
                                    importances[row * n + j] = importances[row * n + j - 1];
                                    ranges[list + 2 * j] = ranges[list + 2 * j - 2];
                                }
                                importances[row * n + place] = importance;
                                ranges[list + 2 * place] = node;
                            }
                        }
                    }
                }
                for (int j = 0; j < chosen; j++) {
                    ranges[list + 2 * j + 1] = ranges[list + 2 * j];
                }
                parents = chosen;
                covered = finished * growth;
                length /= growth;
            }
            for (int j = 0; j < parents; j++) {
                int node = ranges[list + 2 * j + 1];
                ranges[list + 2 * j] = node * block;
                ranges[list + 2 * j + 1] = (node + 1) * block;
            }
            for (int j = parents; j < n; j++) {
                int back = j - parents;
                int node = back < 2 ? own - back : 0;
                ranges[list + 2 * j] = back < forced ? node * block : 0;
                ranges[list + 2 * j + 1] = back < forced ? (node + 1) * block : 0;
            }
        }
    }

    private static float importance(float[] q, float[] k, float[] normalizer, int b, int t, int g, int from, int parts, int time, int keys,
            int heads, int groups, int dim, float scale) {
        float importance = 0;
        for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
            int query = ((b * time + t) * heads + h) * dim;
            for (int part = from; part < from + parts; part++) {
                int key = ((b * keys + part) * groups + g) * dim;
                float score = 0;
                for (int d = 0; d < dim; d++) {
                    score += q[query + d] * k[key + d];
                }
                importance += (float) Math.exp(score * scale - normalizer[(b * heads + h) * time + t]);
            }
        }
        return importance;
    }
}
