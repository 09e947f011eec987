package patchbay.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/** Which documents of a source are read: by domain, and by an amount of text. */
final class Selection {

    private final List<String> domains;
    private final List<Pattern> patterns;
    private final long limit;

    Selection(DataSettings settings) {
        domains = settings.domains();
        patterns = domains.stream().map(Selection::pattern).toList();
        limit = settings.limit();
    }

    /** Whether a domain is wanted. */
    boolean accepts(String domain) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matcher(domain).matches());
    }

    /** @throws UserError if one of the patterns fits none of the source's domains */
    void check(Collection<String> known) {
        for (int i = 0; i < patterns.size(); i++) {
            if (known.stream().noneMatch(patterns.get(i).asMatchPredicate())) {
                throw UserError.unknown("data.domains", domains.get(i), known);
            }
        }
    }

    /**
     * Chooses among documents of these sizes so many as fit into the limit, spread evenly over all of them, because the
     * first ones of a source are seldom like the rest.
     *
     * @param sizes bytes of each document, in the source's order
     */
    BitSet choose(long[] sizes) {
        var chosen = new BitSet(sizes.length);
        long total = Arrays.stream(sizes).sum();
        if (limit == 0 || total <= limit) {
            chosen.set(0, sizes.length);
            return chosen;
        }
        double share = (double) limit / total;
        long passed = 0;
        long taken = 0;
        for (int i = 0; i < sizes.length; i++) {
            passed += sizes[i];
            if (taken + sizes[i] <= Math.min(limit, Math.round(passed * share))) {
                chosen.set(i);
                taken += sizes[i];
            }
        }
        if (taken == 0) {
            throw new UserError("data.limit of " + limit + " bytes is smaller than any of the " + sizes.length + " documents");
        }
        return chosen;
    }

    private static Pattern pattern(String glob) {
        return Pattern.compile(Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
