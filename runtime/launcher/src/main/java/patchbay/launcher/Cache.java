package patchbay.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The framework's own folder, one for each process, since several may run at once. A lock on it says that its process
 * lives: folders without one were left by processes that were killed, and are removed by the next that starts.
 */
final class Cache implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cache.class);
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel channel;

    private Cache(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** A new, locked folder below {@code parent}. */
    static Cache in(Path parent) throws IOException {
        Files.createDirectories(parent);
        sweep(parent);
        Path folder = Files.createTempDirectory(parent, ProcessHandle.current().pid() + "-");
        var channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.lock();
        return new Cache(folder, channel);
    }

    Path folder() {
        return folder.resolve("felix");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        delete(folder);
    }

    private static void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, Files::isDirectory)) {
            for (Path folder : folders) {
                if (abandoned(folder)) {
                    LOG.debug("removing {}, left by a process that was killed", folder);
                    delete(folder);
                }
            }
        }
    }

    /** A folder without a lock file is one that another process is just creating. */
    private static boolean abandoned(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            return false; // just being made or removed by its process, or held by this one
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed by another process", folder);
        }
    }
}
