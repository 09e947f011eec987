package patchbay.data.sets;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
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
            throw unreadable(file, e);
        }
    }

    /** What the file system does not like it tells with the file, what reads the bytes without. */
    static UserError unreadable(Path file, IOException e) {
        return new UserError("a data set cannot be read: " + (e instanceof FileSystemException ? "" : file + ": ") + reason(e) + "; delete its folder and get it again", e);
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
