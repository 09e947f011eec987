package patchbay.model;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import patchbay.tensor.UserError;

/**
 * What a model is asked for, and with which modalities.
 *
 * @param kind of question
 * @param modalities each has the socket {@code encoders.NAME}
 * @param fusions combinations, such as {@code image+text}, that have a socket of their own, {@code fusion.image+text}; examples with just these modalities are fused
 *        there, and all others in the socket {@code fusion}
 * @param loss of alignment
 * @param alignment how much the alignment of the modalities counts beside the question
 * @param queue how many earlier examples are kept as further negatives of the alignment
 * @param concepts of a codebook that all modalities' embeddings are looked up in before they are aligned; 0 for none
 */
public record Task(Kind kind, List<String> modalities, List<String> fusions, Loss loss, float alignment, int queue, int concepts) {

    /** A kind of question. */
    public enum Kind {
        /** The next token of a text. */
        language,
        /** The label of an example, from all of its modalities: a class, or the answer to a question. */
        classify,
        /** Which examples of one modality belong to those of another: embeddings. */
        retrieve,
        /** The tokens of a text that were masked. */
        masked,
        /** The text of an example, byte by byte, after what its other modalities say. */
        describe
    }

    /** A loss of alignment. */
    public enum Loss {
        /** Softmax over the batch in both directions, with a learnt scale (van den Oord et al. 2018; Radford et al. 2021, CLIP). */
        infonce,
        /** Each pair by itself, with a learnt scale and bias (Zhai et al. 2023, SigLIP). */
        sigmoid
    }

    /** The modality of texts. */
    public static final String TEXT = "text";

    public Task {
        modalities = List.copyOf(modalities);
        fusions = List.copyOf(fusions);
        for (var modality : modalities) {
            if (!modality.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
                throw new UserError("model.task.modalities: '" + modality + "' is no name for a modality; lower case, words joined by hyphens");
            }
        }
        if (modalities.stream().distinct().count() < modalities.size()) {
            throw new UserError("model.task.modalities names one twice: " + String.join(", ", modalities));
        }
        if (kind == Kind.language && !modalities.isEmpty()) {
            throw new UserError("model.task.modalities: a task of kind language reads tokens alone; give another model.task.kind");
        }
        if (kind != Kind.language && modalities.isEmpty()) {
            throw new UserError("model.task.modalities is empty; a task of kind " + kind + " needs at least one, such as image or text");
        }
        if (kind == Kind.describe && modalities.contains(TEXT)) {
            throw new UserError("model.task.modalities: the text is what a task of kind describe is asked for; name what it is told by, such as image");
        }
        if (kind == Kind.retrieve && modalities.size() == 1) {
            throw new UserError("model.task.modalities: a task of kind retrieve brings modalities together; " + modalities.getFirst() + " alone has nothing to belong to");
        }
        checkFusions(kind, modalities, fusions);
        if (!(alignment >= 0) || queue < 0 || concepts < 0) {
            throw new UserError("model.task: alignment, queue and concepts must be at least 0");
        }
    }

    private static void checkFusions(Kind kind, List<String> modalities, List<String> fusions) {
        if (kind != Kind.classify && !fusions.isEmpty()) {
            throw new UserError("model.task.fusions: a task of kind " + kind + " has none for combinations of modalities; classify has");
        }
        var combinations = new HashSet<Set<String>>();
        for (var fusion : fusions) {
            for (var part : parts(fusion)) {
                if (!modalities.contains(part)) {
                    throw UserError.unknown("modality in model.task.fusions", part, modalities);
                }
            }
            var combination = Set.copyOf(parts(fusion));
            if (combination.size() < parts(fusion).size()) {
                throw new UserError("model.task.fusions: '" + fusion + "' names a modality twice");
            }
            if (!combinations.add(combination)) {
                throw new UserError("model.task.fusions has '" + fusion + "' twice, or in another order");
            }
        }
    }

    static List<String> parts(String fusion) {
        return Arrays.asList(fusion.split("\\+", -1));
    }

    /** Whether it asks about an example as a whole, which fusions make of its modalities. */
    boolean fuses() {
        return kind == Kind.classify || kind == Kind.describe;
    }

    public static Task language() {
        return new Task(Kind.language, List.of(), List.of(), Loss.infonce, 1, 0, 0);
    }

    public Task withModality(String name) {
        return with(Stream.concat(modalities.stream(), Stream.of(name)).toList());
    }

    /** @param modalities of which those that it has stay in their order */
    public Task with(List<String> modalities) {
        var fusions = this.fusions.stream().filter(fusion -> modalities.containsAll(parts(fusion))).toList();
        return new Task(kind, modalities, fusions, loss, alignment, queue, concepts);
    }
}
