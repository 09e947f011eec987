package patchbay.data;

import java.util.List;
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

    static List<Collection> all() {
        return List.of(new Figures(), new FigureQuestions());
    }

    /** @throws UserError if there is no collection of this name */
    static Collection named(String name) {
        return all().stream().filter(collection -> collection.name().equals(name)).findFirst().orElseThrow(() ->
                Source.all().stream().anyMatch(source -> source.name().equals(name))
                        ? new UserError("data.source '" + name + "' is text for a task of kind language; a model of encoders wants a collection: "
                                + String.join(", ", all().stream().map(Collection::name).toList()))
                        : UserError.unknown("data.source", name, all().stream().map(Collection::name).toList()));
    }
}
