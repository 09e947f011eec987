package patchbay.weights;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import patchbay.tensor.UserError;

/**
 * Where a file is: by its path, or in an archive by that place, a {@code !} and its name there: {@code com.example:model:1.0!bert.zip!vocab.txt}.
 *
 * @param place as {@link Artifact#open} has it
 */
public record Location(String place, String name) {

    /** @throws UserError if it names no file */
    public static Location of(String location) {
        int at = location.lastIndexOf(Artifact.WITHIN);
        if (at >= 0) {
            return new Location(location.substring(0, at), location.substring(at + 1));
        }
        if (Artifact.isCoordinates(location)) {
            throw new UserError(location + " is an artifact; name a file in it: " + location + Artifact.WITHIN + "model.onnx");
        }
        try {
            var path = Path.of(location).toAbsolutePath();
            if (path.getFileName() != null) {
                return new Location(path.getParent().toString(), path.getFileName().toString());
            }
        } catch (InvalidPathException e) {
            throw new UserError("'" + location + "' is no path: " + e.getReason(), e);
        }
        throw new UserError("'" + location + "' is no file");
    }

    public Artifact open() {
        return Artifact.open(place);
    }

    /** When the file, or the outermost archive that it is in, was written; the beginning of 1970 if there is none. */
    public Instant written() {
        int at = place.indexOf(Artifact.WITHIN);
        var outermost = Artifact.path(at < 0 ? place : place.substring(0, at));
        var file = Files.isDirectory(outermost) ? outermost.resolve(name) : outermost;
        return Instant.ofEpochMilli(file.toFile().lastModified());
    }

    @Override
    public String toString() {
        return place + Artifact.WITHIN + name;
    }
}
