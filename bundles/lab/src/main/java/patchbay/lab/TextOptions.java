package patchbay.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import patchbay.tensor.UserError;

/**
 * Options of plugins that are texts: {@code @PATH} stands for what is in that file. It is read once, where the option is given, so that
 * experiment, journal and checkpoints hold the text itself: a run goes on and is replayed with it whatever becomes of the file.
 */
public final class TextOptions {

    private TextOptions() {}

    /**
     * The options with the files' texts in the place of their paths.
     *
     * @throws UserError if there is no such file, or it is no text
     */
    public static Map<String, Object> read(Map<String, Object> options) {
        var read = new LinkedHashMap<>(options);
        read.replaceAll((name, value) -> value instanceof String text && text.matches("@\\S.*") ? file(name, Path.of(text.substring(1).strip())) : value);
        return read;
    }

    private static String file(String option, Path path) {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException none) {
            throw new UserError("option '" + option + "': there is no file " + path.toAbsolutePath(), none);
        } catch (IOException unreadable) {
            throw new UserError("option '" + option + "': " + path + " cannot be read as text (" + unreadable.getMessage() + ")", unreadable);
        }
    }
}
