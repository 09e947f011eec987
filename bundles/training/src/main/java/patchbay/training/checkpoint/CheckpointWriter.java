package patchbay.training.checkpoint;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.AtomicFile;
import patchbay.weights.safetensors.SafetensorsWriter;

/**
 * Writes checkpoints on a thread of its own, one at a time, while training goes on: only the copying of the values stops
 * it. A checkpoint is written under a partial name and renamed when its last byte is on the disk; one that fails is removed
 * and leaves those before it as they are.
 */
public final class CheckpointWriter implements AutoCloseable {

    private final CheckpointFolder folder;
    private final int keep;
    private final AtomicFile.Opener opener;
    private final Snapshot snapshot = new Snapshot();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("checkpoint-writer").factory());
    private CompletableFuture<Path> last = CompletableFuture.completedFuture(Path.of(""));

    /**
     * @param keep how many of the last checkpoints stay, at least 1
     * @throws UserError if the folder cannot be made
     */
    public CheckpointWriter(CheckpointFolder folder, int keep) {
        this(folder, keep, path -> new FileOutputStream(path.toFile()));
    }

    /** @param opener makes the files, so that a test can give them a disk that fills up */
    CheckpointWriter(CheckpointFolder folder, int keep, AtomicFile.Opener opener) {
        this.folder = folder;
        this.keep = keep;
        this.opener = opener;
        try {
            Files.createDirectories(folder.folder());
            folder.removePartial();
        } catch (IOException e) {
            throw new UserError(folder.folder() + ": cannot be made ready for checkpoints: " + e.getMessage(), e);
        }
    }

    /**
     * Copies the values, after waiting for a checkpoint that is still being written, and returns.
     *
     * @param step how many steps are done
     * @param take copies what belongs into the checkpoint
     * @param metadata for the manifest, as JSON
     * @return the checkpoint's folder once it is on the disk, or a {@link UserError} that says why it could not be written
     */
    public synchronized CompletableFuture<Path> write(int step, Consumer<Snapshot> take, Map<String, Object> metadata) {
        await();
        snapshot.clear();
        take.accept(snapshot);
        last = CompletableFuture.supplyAsync(() -> write(step, metadata), thread);
        return last.copy();
    }

    /** Waits until nothing is being written; whether it went well is told by the future of each. */
    public synchronized void await() {
        try {
            last.join();
        } catch (CompletionException e) {
            last = CompletableFuture.completedFuture(Path.of("")); // told already, to whoever asked for it
        }
    }

    @Override
    public void close() {
        thread.close(); // waits for the last one
    }

    private Path write(int step, Map<String, Object> metadata) {
        var target = folder.at(step);
        var partial = target.resolveSibling(target.getFileName() + AtomicFile.PARTIAL);
        try {
            Files.createDirectory(partial);
            try {
                writeFiles(partial, step, metadata);
                if (Files.exists(target)) {
                    CheckpointFolder.delete(target); // of a run that was resumed from an older one
                }
                AtomicFile.rename(partial, target);
            } catch (IOException | RuntimeException e) {
                remove(partial, e);
                throw e;
            }
        } catch (IOException e) {
            throw new UserError("the checkpoint of step " + step + " could not be written to " + target + ": " + e.getMessage()
                    + "; those before it are untouched", e);
        }
        try {
            folder.retain(step, keep);
            return target;
        } catch (IOException e) {
            throw new UserError(target + " is written, but older checkpoints could not be removed: " + e.getMessage(), e);
        }
    }

    private void writeFiles(Path partial, int step, Map<String, Object> metadata) throws IOException {
        var contents = new LinkedHashMap<String, Manifest.Content>();
        for (var file : snapshot.files().entrySet()) {
            var path = partial.resolve(file.getKey());
            var sha256 = SafetensorsWriter.write(path, file.getValue(), Map.of("step", Integer.toString(step)), opener);
            contents.put(file.getKey(), new Manifest.Content(Files.size(path), sha256));
        }
        new Manifest(step, contents, metadata).write(partial, opener);
    }

    private static void remove(Path partial, Exception reason) {
        try {
            CheckpointFolder.delete(partial);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
