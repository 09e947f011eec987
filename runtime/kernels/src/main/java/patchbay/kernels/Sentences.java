package patchbay.kernels;

/** Where sentences begin and end, and which of those before it a token is to look at. */
public final class Sentences {

    private Sentences() {}

    /**
     * Row b: cuts the tokens that exist, {@code start[0] + T} of {@code S}, behind each at which {@code ends [B, S]} is not 0 and whose sentence has
     * {@code shortest} tokens, and behind each whose sentence has {@code longest}. Of query t, token {@code start[0] + t}, {@code own [B, T]} is the first
     * token of its sentence and {@code number [B, T]} which sentence it is in; {@code begins [B, sentences + 1]} has the first token of each
     * sentence, and from the first one that has not begun on {@code start[0] + T}.
     */
    public static void cut(int first, int count, int[] ends, int[] start, int[] own, int[] number, int[] begins, int time, int keys, int sentences,
            int shortest, int longest) {
        for (@Parallel int i = 0; i < count; i++) {
            int b = first + i;
            int exist = Math.min(keys, start[0] + time);
            int sentence = 0;
            int begin = 0;
            begins[b * (sentences + 1)] = 0;
            for (int s = 0; s < exist; s++) {
                if (s >= start[0]) {
                    own[b * time + s - start[0]] = begin;
                    number[b * time + s - start[0]] = sentence;
                }
                int length = s + 1 - begin;
                int cuts = (ends[b * keys + s] != 0 ? 1 : 0) * (length >= shortest ? 1 : 0) + (length >= longest ? 1 : 0);
                if (cuts > 0) {
                    sentence++;
                    begin = s + 1;
                    begins[b * (sentences + 1) + sentence] = begin;
                }
            }
            for (int n = sentence + 1; n <= sentences; n++) {
                begins[b * (sentences + 1) + n] = exist;
            }
        }
    }

    /**
     * Row {@code (b·H + h)·T + t}: the runs of sentences that query t sees, {@code begins} and {@code ends [B, H, T, 1 + chosen]}. Sections are of {@code section}
     * sentences each and have a key in {@code sections [B, N, G, D]}; the {@code chosen} ones with the greatest {@code q·key} are runs, of equals the first, out of those that end
     * {@code near} sentences before the query's own, {@code number [B, T]}, or earlier. The last run is of all sentences from there up to the query's
     * own. {@code best [B, H, T, chosen]} is room to choose in.
     */
    public static void choose(int first, int count, float[] q, float[] sections, int[] number, int[] begins, int[] ends, float[] best, int time,
            int there, int heads, int groups, int dim, int section, int near, int chosen) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int runs = row * (chosen + 1);
            int sentence = number[b * time + t];
            int complete = Math.min(there, Math.max(0, sentence - near) / section);
            for (int c = 0; c < chosen; c++) {
                begins[runs + c] = 0;
                ends[runs + c] = 0;
            }
            for (int j = 0; j < complete; j++) {
                int key = ((b * there + j) * groups + h / (heads / groups)) * dim;
                float score = 0;
                for (int d = 0; d < dim; d++) {
                    score += q[query + d] * sections[key + d];
                }
                int at = Math.min(j, chosen);
                while (at > 0 && best[row * chosen + at - 1] < score) {
                    if (at < chosen) {
                        best[row * chosen + at] = best[row * chosen + at - 1];
                        begins[runs + at] = begins[runs + at - 1];
                    }
                    at--;
                }
                if (at < chosen) {
                    best[row * chosen + at] = score;
                    begins[runs + at] = j * section;
                }
            }
            for (int c = 0; c < Math.min(chosen, complete); c++) {
                ends[runs + c] = begins[runs + c] + section;
            }
            begins[runs + chosen] = complete * section;
            ends[runs + chosen] = sentence;
        }
    }
}
