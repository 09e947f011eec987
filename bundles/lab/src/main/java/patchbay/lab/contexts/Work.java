package patchbay.lab.contexts;

import java.util.Arrays;
import java.util.List;
import patchbay.spi.Mode;
import patchbay.tensor.UserError;

/** What a layer does that is measured. */
public enum Work {
    /** All tokens of a text at once. */
    forward(Mode.EVALUATION),
    /** Forward, and the gradients of what comes in and of all parameters. */
    training(Mode.TRAINING),
    /** The last token of a text, with a cache of those before it. */
    decode(Mode.DECODING);

    final Mode mode;

    Work(Mode mode) {
        this.mode = mode;
    }

    /** @throws UserError if there is none of that name */
    public static Work named(String name) {
        return Arrays.stream(values()).filter(work -> work.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("work", name, names()));
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(Work::name).toList();
    }
}
