package patchbay.lab;

import java.util.Arrays;
import java.util.List;
import patchbay.tensor.UserError;

/** What a model is doing; each has programs of its own. */
public enum Phase {
    train, evaluate, decode;

    /** @throws UserError if there is none of that name */
    public static Phase named(String name) {
        return Arrays.stream(values()).filter(phase -> phase.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("phase", name, names()));
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(Phase::name).toList();
    }
}
