package patchbay.data.sets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/** Files of a data set. */
final class Stored {

    private Stored() {
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e, e);
        }
    }
}
