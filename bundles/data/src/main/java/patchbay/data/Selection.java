package patchbay.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/** Which documents of a source are read: by domain, by their length, and by an amount of text. */
final class Selection {

    private final List<String> domains;
    private final List<Pattern> patterns;
    private final long limit;
    private final long shortest;

    Selection(DataSettings settings) {
        domains = settings.domains();
        patterns = domains.stream().map(Selection::pattern).toList();
        limit = settings.limit();
        shortest = settings.shortest();
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
     * Chooses among documents of these sizes that are long enough so many as fit into the limit, spread evenly over all of them, because
     * the first ones of a source are seldom like the rest; nor are the longest (those of the JDK are tables of characters), so the length
     * is a bound and no order.
     *
     * @param sizes bytes of each document, in the source's order
     */
    BitSet choose(long[] sizes) {
        var chosen = new BitSet(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            chosen.set(i, sizes[i] >= shortest);
        }
        if (chosen.isEmpty()) {
            throw new UserError("data.shortest of " + shortest + " bytes is longer than any of the " + sizes.length
                    + " documents; the longest has " + Arrays.stream(sizes).max().orElse(0));
        }
        long total = chosen.stream().mapToLong(i -> sizes[i]).sum();
        if (limit > 0 && total > limit) {
            thin(chosen, sizes, total);
        }
        return chosen;
    }

    /** Keeps of the chosen ones so many that they fit into the limit. */
    private void thin(BitSet chosen, long[] sizes, long total) {
        double share = (double) limit / total;
        long passed = 0;
        long taken = 0;
        int candidates = chosen.cardinality();
        for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
            passed += sizes[i];
            if (taken + sizes[i] <= Math.min(limit, Math.round(passed * share))) {
                taken += sizes[i];
            } else {
                chosen.clear(i);
            }
        }
        if (taken == 0) {
            throw new UserError("data.limit of " + limit + " bytes is smaller than any of the " + candidates + " documents");
        }
    }

    private static Pattern pattern(String glob) {
        return Pattern.compile(Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
