package patchbay.weights.safetensors;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are there as a whole or not at all: written under another name in the same folder, synced, renamed, and the
 * folder synced, so that neither a crash nor a full disk leaves a half under the name.
 */
public final class AtomicFile {

    /** What ends the name of a file or folder that is not finished. */
    public static final String PARTIAL = ".partial";

    /** Makes the stream that a file's bytes go to. */
    @FunctionalInterface
    public interface Opener {
        FileOutputStream open(Path file) throws IOException;
    }

    /** Writes a file's content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFile() {
    }

    public static void write(Path file, Content content) throws IOException {
        write(file, path -> new FileOutputStream(path.toFile()), content);
    }

    /** On failure the partial file is removed and what was under the name stays. */
    public static void write(Path file, Opener opener, Content content) throws IOException {
        var partial = file.resolveSibling(file.getFileName() + PARTIAL);
        try {
            try (var out = opener.open(partial)) {
                content.writeTo(out);
                out.getFD().sync();
            }
            rename(partial, file);
        } catch (IOException | RuntimeException e) {
            try {
                Files.deleteIfExists(partial);
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** Renames within a folder in one step that lasts: the folder is synced. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to.toAbsolutePath().getParent());
    }

    /** A new name survives a power cut only when its folder is on the disk. Windows cannot open folders, and syncs them itself. */
    public static void syncFolder(Path folder) throws IOException {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return;
        }
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
