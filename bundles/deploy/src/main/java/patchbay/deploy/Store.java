package patchbay.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Jars by the hash of their content: {@code <sha256>.jar}. What is in it never changes; several processes may share it. */
final class Store {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;

    Store(Path folder) {
        this.folder = folder;
    }

    /** A file's content, in the store under a temporary name, not yet part of it. */
    record Draft(Path file, String sha256) {}

    /** Copies a file as it is now. The draft is to be {@linkplain #keep kept} or {@linkplain #discard discarded}. */
    Draft draft(Path file) throws IOException {
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, "draft-", ".tmp");
        var digest = sha256();
        try (var out = new DigestOutputStream(Files.newOutputStream(draft), digest)) {
            Files.copy(file, out);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
        return new Draft(draft, HexFormat.of().formatHex(digest.digest()));
    }

    /** Makes a draft part of the store, at once and whole. */
    Path keep(Draft draft) throws IOException {
        Path jar = path(draft.sha256());
        if (Files.exists(jar)) {
            discard(draft);
        } else {
            Files.move(draft.file(), jar, StandardCopyOption.ATOMIC_MOVE);
        }
        return jar;
    }

    void discard(Draft draft) throws IOException {
        Files.deleteIfExists(draft.file());
    }

    /**
     * A jar of the store, its bytes checked.
     *
     * @throws IllegalArgumentException when it is not there, or damaged
     */
    Path verified(String sha256) {
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in hexadecimal digits: " + sha256);
        }
        Path jar = path(sha256);
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException("no jar " + sha256 + " in " + folder);
        }
        String actual = hash(jar);
        if (!actual.equals(sha256)) {
            throw new IllegalArgumentException(jar + " is damaged: its hash is " + actual + "; delete it and bring the jar back");
        }
        return jar;
    }

    private Path path(String sha256) {
        return folder.resolve(sha256 + ".jar");
    }

    private static String hash(Path file) {
        var digest = sha256();
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Files.copy(file, out);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
