package patchbay.training.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.weights.safetensors.SafetensorsFile;

/**
 * A complete checkpoint: a folder {@code step-000500} of safetensors files and a manifest with their sizes and hashes.
 * Only {@link #open} makes one that has been verified.
 */
public record Checkpoint(Path folder, Manifest manifest) {

    /** The model's parameters and state. */
    public static final String PARAMETERS = "parameters.safetensors";

    /** The optimizer's moments. */
    public static final String OPTIMIZER = "optimizer.safetensors";

    /**
     * Opens a checkpoint and verifies size and hash of every file.
     *
     * @throws UserError if it is incomplete or a file is not what was written
     */
    public static Checkpoint open(Path folder) {
        var checkpoint = new Checkpoint(folder, Manifest.read(folder));
        checkpoint.manifest.files().forEach(checkpoint::verify);
        return checkpoint;
    }

    public int step() {
        return manifest.step();
    }

    /** One of the files; the caller closes it. */
    public SafetensorsFile file(String name) {
        return SafetensorsFile.open(folder.resolve(name));
    }

    /** Puts every tensor of a file into the variables, under its name; one of F16 or BF16 widened to f32. */
    public void restore(String name, Variables variables) {
        try (var file = file(name)) {
            file.putInto(variables);
        }
    }

    private void verify(String name, Manifest.Content content) {
        var file = folder.resolve(name);
        try (var stream = Files.newInputStream(file)) {
            long size = Files.size(file);
            if (size != content.bytes()) {
                throw new UserError(file + ": it has " + size + " bytes; written were " + content.bytes());
            }
            if (!sha256(stream).equals(content.sha256())) {
                throw new UserError(file + ": its SHA-256 is not the one that was written: the file is damaged");
            }
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String sha256(InputStream stream) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var chunk = new byte[1 << 20];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                digest.update(chunk, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
