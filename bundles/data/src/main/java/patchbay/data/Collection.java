package patchbay.data;

import java.util.List;
import java.util.stream.Stream;
import patchbay.tensor.UserError;

/** Where examples of several modalities come from. */
public interface Collection {

    /** The name in an experiment's {@code data.source}. */
    String name();

    /** The modalities that its examples may have: {@code image}, {@code text}, {@code sound}, {@code code}. */
    List<String> modalities();

    /**
     * Reads what there is; the same input gives the same examples in the same order.
     *
     * @throws UserError if what it reads is missing or damaged; the message says how to get it
     */
    Examples read(DataSettings settings, long seed);

    /** Whether what it reads is there, and how to get it if not. */
    String availability();

    /** Those that are no source of text as well. */
    static List<Collection> all() {
        return List.of(new Figures(), new FigureQuestions(), new Methods(), new Stamps(), new Digits(), new Pictographs());
    }

    /**
     * The collection of this name, or the passages of the source of text of this name.
     *
     * @throws UserError if there is neither
     */
    static Collection named(String name) {
        return Stream.concat(all().stream(), Source.all().stream().map(Passages::new)).filter(collection -> collection.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("data.source", name,
                        Stream.concat(all().stream().map(Collection::name), Source.all().stream().map(Source::name)).toList()));
    }
}
