package patchbay.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import patchbay.tensor.UserError;

/**
 * How a command is called.
 *
 * @param text {@code swap SOCKET PLUGIN [option=value …]}
 * @param least words that must be given; these are taken as they are, whatever they look like
 * @param most words that may be given
 * @param options whether {@code key=value} may follow them
 * @param flags such as {@code --json}, at any place
 */
record Usage(String text, int least, int most, boolean options, Set<String> flags) {

    static Usage words(String text, int least, int most) {
        return new Usage(text, least, most, false, Set.of());
    }

    static Usage options(String text, int least, int most) {
        return new Usage(text, least, most, true, Set.of());
    }

    Usage flags(String... names) {
        return new Usage(text, least, most, options, Set.of(names));
    }

    /** A call, taken apart. */
    record Call(List<String> words, Map<String, String> options, Set<String> flags) {

        String word(int index) {
            return words.get(index);
        }

        /** The word at {@code index}, if so many were given. */
        Optional<String> optional(int index) {
            return index < words.size() ? Optional.of(words.get(index)) : Optional.empty();
        }

        /** The number that option {@code key} has, as {@code read} reads it, or {@code standard}. */
        <N extends Number> N number(String key, N standard, Function<String, N> read) {
            var text = options.get(key);
            try {
                return text == null ? standard : read.apply(text.strip());
            } catch (NumberFormatException none) {
                throw new UserError(key + " must be a number, not '" + text + "'", none);
            }
        }

        boolean has(String flag) {
            return flags.contains(flag);
        }
    }

    /** @throws UserError that shows the usage, if the call does not fit it */
    Call parse(String[] given) {
        var words = new ArrayList<String>();
        var chosen = new LinkedHashMap<String, String>();
        var set = new TreeSet<String>();
        for (var word : given) {
            int equals = word.indexOf('=');
            if (word.startsWith("--") && !flags.isEmpty()) {
                if (!flags.contains(word)) {
                    throw new UserError(UserError.unknown("flag", word, flags).getMessage() + "; usage: " + text);
                }
                set.add(word);
            } else if (options && words.size() >= least && equals > 0) {
                chosen.put(word.substring(0, equals), word.substring(equals + 1));
            } else {
                words.add(word);
            }
        }
        if (words.size() < least || words.size() > most || words.stream().limit(least).anyMatch(String::isEmpty)) {
            boolean torn = words.size() > most && chosen.containsValue(""); // the shell takes brackets for a list of its own
            throw new UserError("usage: " + text + (torn ? "; a value with brackets or spaces needs quotes, as in 'swaps=[]'" : ""));
        }
        return new Call(List.copyOf(words), chosen, set);
    }

    /** The keys that {@code call} may have, and no others. */
    static void only(Call call, String... keys) {
        for (var key : call.options().keySet()) {
            if (!Arrays.asList(keys).contains(key)) {
                throw UserError.unknown("option", key, Arrays.asList(keys));
            }
        }
    }
}
