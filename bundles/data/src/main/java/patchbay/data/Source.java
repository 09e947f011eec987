package patchbay.data;

import java.util.List;
import patchbay.tensor.UserError;

/** Where text comes from. */
public sealed interface Source permits WordNet, Brown, PlainText, JavaSources, Needles {

    /** The name in an experiment's {@code data.source}. */
    String name();

    /**
     * Reads the whole corpus; the same input gives the same documents in the same order.
     *
     * @throws UserError if what it reads is missing, unreadable or empty; the message says how to get it
     */
    Corpus read(DataSettings settings);

    /** Whether what it reads is there when no path is given, and how to get it if not. */
    String availability();

    static List<Source> all() {
        return List.of(new WordNet(), new Brown(), new PlainText(), new JavaSources(), new Needles());
    }

    /** @throws UserError if there is no source of this name */
    static Source named(String name) {
        return all().stream().filter(source -> source.name().equals(name)).findFirst().orElseThrow(
                () -> UserError.unknown("data.source", name, all().stream().map(Source::name).toList()));
    }
}
