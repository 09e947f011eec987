package patchbay.data.sets;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
            throw unreadable(e);
        }
    }

    static UserError unreadable(IOException e) {
        return new UserError("a data set cannot be read: " + reason(e) + "; delete its folder and get it again", e);
    }

    /** An I/O exception's message is often only the path; its type then says more. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileAlreadyExistsException taken -> "there is another file called " + taken.getFile();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
