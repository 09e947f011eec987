package patchbay.training.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.AtomicFile;

/** The checkpoints of a run: a folder of folders {@code step-000500}. What is still being written ends in {@code .partial}. */
public record CheckpointFolder(Path folder) {

    private static final Pattern NAME = Pattern.compile("step-(\\d{6,9})");

    /**
     * The newest checkpoint that is whole.
     *
     * @param skipped why each newer one was not taken, one line each
     */
    public record Latest(Optional<Checkpoint> checkpoint, List<String> skipped) {
    }

    public Path at(int step) {
        return folder.resolve("step-%06d".formatted(step));
    }

    /** Looks from the newest back, verifying hashes, until one is whole. */
    public Latest latest() {
        return latest(whole -> true);
    }

    /** The newest that is whole and {@code wanted}. */
    public Latest latest(Predicate<Checkpoint> wanted) {
        var skipped = new ArrayList<String>();
        for (var candidate : steps().reversed()) {
            try {
                var checkpoint = Checkpoint.open(candidate);
                if (wanted.test(checkpoint)) {
                    return new Latest(Optional.of(checkpoint), List.copyOf(skipped));
                }
            } catch (UserError e) {
                skipped.add(e.getMessage());
            }
        }
        return new Latest(Optional.empty(), List.copyOf(skipped));
    }

    /** Removes the checkpoints after {@code step}: of a run that goes on from there they tell what did not happen. */
    public void removeAfter(int step) {
        try {
            for (var later : steps().stream().filter(checkpoint -> step(checkpoint) > step).toList()) {
                delete(later);
            }
        } catch (IOException e) {
            throw new UserError(folder + ": later checkpoints cannot be removed: " + e.getMessage(), e);
        }
    }

    /** The folders of all checkpoints, the oldest first, whole or not. */
    public List<Path> steps() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var children = Files.list(folder)) {
            return children.filter(child -> NAME.matcher(child.getFileName().toString()).matches())
                    .sorted(Comparator.comparingInt(CheckpointFolder::step))
                    .toList();
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Removes what a killed process left half-written. */
    void removePartial() throws IOException {
        try (var children = Files.list(folder)) {
            for (var child : children.filter(child -> child.toString().endsWith(AtomicFile.PARTIAL)).toList()) {
                delete(child);
            }
        }
    }

    /**
     * Of the checkpoints up to {@code step}, which is whole, removes all but the last {@code keep}. Later ones, which a run
     * resumed from an earlier step leaves ahead of it, do not count: they may be broken.
     */
    void retain(int step, int keep) throws IOException {
        var steps = steps().stream().filter(checkpoint -> step(checkpoint) <= step).toList();
        for (var old : steps.subList(0, Math.max(0, steps.size() - keep))) {
            delete(old);
        }
    }

    /** The manifest goes first, so that a crash in between leaves nothing that looks whole. */
    static void delete(Path checkpoint) throws IOException {
        Files.deleteIfExists(checkpoint.resolve(Manifest.FILE));
        try (var files = Files.list(checkpoint)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(checkpoint);
    }

    private static int step(Path checkpoint) {
        var matcher = NAME.matcher(checkpoint.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(checkpoint + " is no checkpoint's folder");
        }
        return Integer.parseInt(matcher.group(1));
    }
}
