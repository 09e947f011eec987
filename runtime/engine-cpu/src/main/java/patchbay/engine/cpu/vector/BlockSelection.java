package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;

/** Twin of {@link patchbay.kernels.BlockSelection}: the importances of a level's candidates are computed together. */
public final class BlockSelection {

    private BlockSelection() {}

    public static void select(int first, int count, float[] q, float[] k, float[] normalizer, int[] start, int[] offsets, int[] ranges,
            float[] importances, int time, int keys, int heads, int groups, int dim, int levels, int block, int growth, int per, int every,
            int n, float scale) {
        int keyRow = groups * dim;
        int shared = heads / groups;
        for (int row = first; row < first + count; row++) {
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
            int covered = 0;
            for (int level = levels - 1; level >= 0; level--) {
                int finished = (position + 1) / length;
                int room = level == 0 ? n - forced : n;
                int end = level == 0 ? Math.min(finished, own - 1) : finished;
                int begin = level == 0 ? 1 : 0;
                int parts = level == 0 ? per : 1;
                int alone = finished - covered; // without a finished parent
                int candidates = parents * growth + alone;
                int width = Vectors.floor(candidates * parts + LANES - 1);
                var workspace = Panel.workspace(2 * width); // sums over the heads, and one head's scores
                Arrays.fill(workspace, 0, width, 0);
                int from = ((b * keys + offsets[level]) * groups + g) * dim;
                for (int h = g * shared; h < (g + 1) * shared; h++) {
                    int query = ((b * time + t) * heads + h) * dim;
                    for (int parent = 0; parent < parents; parent++) {
                        AttentionQuery.dots(q, query, k, from + ranges[list + 2 * parent + 1] * growth * parts * keyRow, keyRow, growth * parts, dim,
                                workspace, width + parent * growth * parts);
                    }
                    AttentionQuery.dots(q, query, k, from + covered * parts * keyRow, keyRow, alone * parts, dim, workspace,
                            width + parents * growth * parts);
                    addExponentials(workspace, width, scale, normalizer[(b * heads + h) * time + t]);
                }
                int chosen = 0;
                for (int candidate = 0; candidate < candidates; candidate++) {
                    int node = candidate < parents * growth ? ranges[list + 2 * (candidate / growth) + 1] * growth + candidate % growth
                            : candidate - parents * growth + covered;
                    if (node >= begin && node < end) {
                        float importance = 0;
                        for (int part = candidate * parts; part < (candidate + 1) * parts; part++) {
                            importance += workspace[part];
                        }
                        chosen = insert(node, importance, ranges, list, importances, row * n, chosen, room);
                    }
                }
                for (int j = 0; j < chosen; j++) {
                    ranges[list + 2 * j + 1] = ranges[list + 2 * j];
                }
                parents = chosen;
                covered = finished * growth;
                length /= growth;
            }
            for (int j = 0; j < n; j++) {
                int back = j - parents;
                int node = back < 0 ? ranges[list + 2 * j + 1] : back < 2 ? own - back : 0;
                ranges[list + 2 * j] = back < forced ? node * block : 0;
                ranges[list + 2 * j + 1] = back < forced ? (node + 1) * block : 0;
            }
        }
    }

    /** {@code sums[i] += e^(scale · scores[i] − shift)}, the scores lying {@code width} behind the sums. */
    private static void addExponentials(float[] workspace, int width, float scale, float shift) {
        for (int i = 0; i < width; i += LANES) {
            load(workspace, i).add(exp(load(workspace, width + i).mul(scale).sub(shift))).intoArray(workspace, i);
        }
    }

    /** Puts a node among the {@code chosen}, which are ordered by importance; how many there are then. */
    private static int insert(int node, float importance, int[] ranges, int list, float[] importances, int at, int chosen, int room) {
        int place = chosen;
        while (place > 0 && importances[at + place - 1] < importance) {
            place--;
        }
        if (place >= room) {
            return chosen;
        }
        int now = Math.min(room, chosen + 1);
        System.arraycopy(importances, at + place, importances, at + place + 1, now - 1 - place);
        for (int j = now - 1; j > place; j--) {
            ranges[list + 2 * j] = ranges[list + 2 * j - 2];
        }
        importances[at + place] = importance;
        ranges[list + 2 * place] = node;
        return now;
    }
}
