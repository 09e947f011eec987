package patchbay.data.sets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import patchbay.data.sets.Download.Part;

/** Writes the wanted parts of archives into a folder: nothing outside of it, no links, and no more than a number of bytes. */
final class Unpacking {

    private static final int MOST_FILES = 100_000;

    private final Path folder;
    private long bytes;
    private int files;

    /** @param most bytes that all files of all archives together may have */
    Unpacking(Path folder, long most) {
        this.folder = folder;
        this.bytes = most;
        this.files = MOST_FILES;
    }

    /** @throws IOException if the archive cannot be read, is not what was expected, or tries to write elsewhere */
    void unpack(InputStream archive, List<Part> parts) throws IOException {
        var tar = new TarReader(archive);
        int found = 0;
        for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
            var target = target(entry.get().name(), parts);
            if (target.isPresent() && entry.get().kind() != TarEntry.Kind.FOLDER) {
                write(entry.get(), target.get());
                found++;
            }
        }
        if (found == 0) {
            throw new IOException("the archive has none of " + parts.stream().map(Part::from).toList());
        }
    }

    private static Optional<String> target(String name, List<Part> parts) {
        for (var part : parts) {
            if (part.from().endsWith("/") ? name.startsWith(part.from()) : name.equals(part.from())) {
                return Optional.of(part.to() + name.substring(part.from().length()));
            }
        }
        return Optional.empty();
    }

    private void write(TarEntry entry, String name) throws IOException {
        var file = inside(name);
        if (file.isEmpty() || entry.kind() != TarEntry.Kind.FILE) {
            throw new IOException("the archive has '" + entry.name() + "', which is no file in its folder");
        }
        bytes -= entry.size();
        files--;
        if (bytes < 0 || files < 0) {
            throw new IOException("the archive holds more than it should, at '" + entry.name() + "'");
        }
        Files.createDirectories(file.get().getParent());
        Files.copy(entry.contents(), file.get()); // fails where the same name comes twice
    }

    private Optional<Path> inside(String name) {
        try {
            return Optional.of(folder.resolve(name).normalize()).filter(file -> file.startsWith(folder) && !file.equals(folder));
        } catch (InvalidPathException e) { // of characters that no file's name has
            return Optional.empty();
        }
    }
}
