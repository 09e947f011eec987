package patchbay.tensor;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The valid names that lie nearest to one that is not, by edit distance (Levenshtein), for "did you mean" texts. */
public final class Nearest {

    private static final int SHOWN = 12;

    private Nearest() {}

    /** All of {@code valid}, the nearest to {@code given} first; equally near ones in alphabetical order. */
    public static List<String> of(String given, Collection<String> valid) {
        return valid.stream().distinct()
                .sorted(Comparator.<String>comparingInt(name -> distance(given, name)).thenComparing(name -> name))
                .toList();
    }

    /** {@code "; nearest: cosine; valid: cosine, top-k"}, or that there is none. */
    public static String hint(String given, Collection<String> valid) {
        if (valid.isEmpty()) {
            return "; there is none to choose from";
        }
        var sorted = of(given, valid);
        var listed = sorted.stream().limit(SHOWN).collect(Collectors.joining(", "));
        var more = sorted.size() > SHOWN ? ", … (" + sorted.size() + " in all)" : "";
        return "; did you mean '" + sorted.getFirst() + "'? valid: " + listed + more;
    }

    static int distance(String a, String b) {
        var previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            var current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
