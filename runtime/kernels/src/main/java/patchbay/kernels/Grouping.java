package patchbay.kernels;

/**
 * A stable counting sort of M entries by the group that each is in; an entry whose group is not in 0 … groups − 1 is in none,
 * and comes last. Three kernels, one after another; each of the first and the last has its chunk of entries a row, and its row
 * of {@code table} [chunks, groups + 1] to count in, the last column for those in no group.
 */
public final class Grouping {

    private Grouping() {}

    /** How many entries of each chunk are in each group. */
    public static void countGroups(int first, int count, int[] entries, int[] table, int size, int groups, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) * (groups + 1);
            for (int g = 0; g <= groups; g++) {
                table[base + g] = 0;
            }
            int end = Math.min((first + i + 1) * chunk, size);
            for (int at = (first + i) * chunk; at < end; at++) {
                int group = entries[at] >= 0 && entries[at] < groups ? entries[at] : groups;
                table[base + group] += 1;
            }
        }
    }

    /** One row: turns the counts into the sorted place of each chunk's first entry of each group; offsets [groups + 1], counts [groups]. */
    public static void placeGroups(int first, int count, int[] table, int[] offsets, float[] counts, int groups, int chunks) {
        for (@Parallel int i = 0; i < count; i++) {
            int place = 0;
            for (int g = 0; g <= groups; g++) {
                offsets[g] = place;
                for (int c = 0; c < chunks; c++) {
                    int here = table[c * (groups + 1) + g];
                    table[c * (groups + 1) + g] = place;
                    place += here;
                }
                if (g < groups) {
                    counts[g] = place - offsets[g];
                }
            }
        }
    }

    /** order[place] = entry; inverse[entry] = place, −1 for an entry in no group. */
    public static void orderGroups(int first, int count, int[] entries, int[] table, int[] order, int[] inverse,
            int size, int groups, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) * (groups + 1);
            int end = Math.min((first + i + 1) * chunk, size);
            for (int at = (first + i) * chunk; at < end; at++) {
                boolean grouped = entries[at] >= 0 && entries[at] < groups;
                int group = grouped ? entries[at] : groups;
                int place = table[base + group];
                table[base + group] = place + 1;
                order[place] = at;
                inverse[at] = grouped ? place : -1;
            }
        }
    }
}
