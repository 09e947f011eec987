package patchbay.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ArrayVariables;
import patchbay.weights.safetensors.AtomicFile;
import patchbay.weights.safetensors.Dtype;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsWriter;

@Timeout(30)
class CheckpointTest {

    private static final AtomicFile.Opener PLAIN = path -> new FileOutputStream(path.toFile());

    @TempDir
    Path temporary;

    private CheckpointFolder folder;
    private final ArrayVariables variables = new ArrayVariables();

    @BeforeEach
    void values() {
        folder = new CheckpointFolder(temporary.resolve("checkpoints"));
        variables.put("layers.0.weight", TensorType.f32(2, 3), new float[] {1, 2, 3, 4, 5, 6});
        variables.put("counts", TensorType.i32(2), new int[] {7, 8});
        variables.put("layers.0.weight.m", TensorType.f32(2, 3), new float[] {.1f, .2f, .3f, .4f, .5f, .6f});
    }

    private Consumer<Snapshot> everything() {
        return snapshot -> {
            snapshot.take(Checkpoint.PARAMETERS, variables, List.of("layers.0.weight", "counts"));
            snapshot.take(Checkpoint.OPTIMIZER, variables, List.of("layers.0.weight.m"));
        };
    }

    private void write(int step) {
        try (var writer = new CheckpointWriter(folder, 3)) {
            writer.write(step, everything(), Map.of()).join();
        }
    }

    private static Set<String> tree(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return new HashSet<>(files.map(file -> root.relativize(file).toString()).toList());
        }
    }

    @Test
    void halvesOfOtherFilesBecomeFloats() throws IOException {
        SafetensorsWriter.write(temporary.resolve("halves"), List.of(
                new HostTensor("f16", Dtype.F16, List.of(3L), new byte[] {0, 0x3c, 1, (byte) 0xc0, 0, 0x7c}),
                new HostTensor("bf16", Dtype.BF16, List.of(1L, 2L), new byte[] {(byte) 0x80, 0x3f, (byte) 0x81, (byte) 0xc0})), Map.of());
        new Checkpoint(temporary, new Manifest(0, new HashMap<>(), Map.of())).restore("halves", variables);
        var values = new float[3];
        variables.read("f16", values);
        assertArrayEquals(new float[] {1, -0x1.004p1f, Float.POSITIVE_INFINITY}, values);
        assertEquals(TensorType.f32(1, 2), variables.type("bf16"));
        variables.read("bf16", values);
        assertArrayEquals(new float[] {1, -0x1.02p2f}, Arrays.copyOf(values, 2));
    }

    @Test
    void whatIsWrittenIsRestored() throws IOException {
        try (var writer = new CheckpointWriter(folder, 3)) {
            var path = writer.write(500, everything(), Map.of("seed", 42, "note", Map.of("a", List.of(1, 2)))).join();
            assertEquals(folder.folder().resolve("step-000500"), path);
        }
        assertEquals(Set.of("", "parameters.safetensors", "optimizer.safetensors", "manifest.json"), tree(folder.at(500)));
        var checkpoint = folder.latest().checkpoint().orElseThrow();
        assertEquals(500, checkpoint.step());
        assertEquals(Map.of("seed", 42, "note", Map.of("a", List.of(1, 2))), checkpoint.manifest().metadata());
        var restored = new ArrayVariables();
        checkpoint.restore(Checkpoint.PARAMETERS, restored);
        assertEquals(Set.of("layers.0.weight", "counts"), restored.names());
        assertEquals(TensorType.f32(2, 3), restored.type("layers.0.weight"));
        var weight = new float[6];
        restored.read("layers.0.weight", weight);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, weight);
        var counts = new int[2];
        restored.read("counts", counts);
        assertArrayEquals(new int[] {7, 8}, counts);
    }

    @Test
    void onlyTheLastAreKept() throws IOException {
        try (var writer = new CheckpointWriter(folder, 2)) {
            for (int step : new int[] {1, 2, 3, 1_000_000}) {
                writer.write(step, everything(), Map.of()).join();
            }
        }
        assertEquals(List.of(folder.at(3), folder.at(1_000_000)), folder.steps());
    }

    @Test
    void aBrokenLaterOneDoesNotPushOutTheNew() throws IOException {
        write(500);
        Files.delete(folder.at(500).resolve("manifest.json"));
        try (var writer = new CheckpointWriter(folder, 1)) {
            writer.write(300, everything(), Map.of()).join();
            writer.write(400, everything(), Map.of()).join();
            assertEquals(400, folder.latest().checkpoint().orElseThrow().step());
            writer.write(500, everything(), Map.of()).join();
        }
        assertEquals(500, folder.latest().checkpoint().orElseThrow().step());
    }

    @Test
    void brokenOnesAreSkippedWithTheReason() throws IOException {
        for (int step = 1; step <= 5; step++) {
            try (var writer = new CheckpointWriter(folder, 9)) {
                writer.write(step, everything(), Map.of()).join();
            }
        }
        Files.delete(folder.at(5).resolve("manifest.json"));
        var parameters = folder.at(4).resolve(Checkpoint.PARAMETERS);
        Files.write(parameters, Arrays.copyOf(Files.readAllBytes(parameters), 30));
        var optimizer = folder.at(3).resolve(Checkpoint.OPTIMIZER);
        var bytes = Files.readAllBytes(optimizer);
        bytes[bytes.length - 1] ^= 1;
        Files.write(optimizer, bytes);
        Files.writeString(folder.at(2).resolve("manifest.json"), "{\"format\": 1, \"step\": ");

        var latest = folder.latest();
        assertEquals(1, latest.checkpoint().orElseThrow().step());
        assertEquals(4, latest.skipped().size());
        assertTrue(latest.skipped().get(0).contains("step-000005: incomplete"), latest.skipped().get(0));
        assertTrue(latest.skipped().get(1).contains("it has 30 bytes"), latest.skipped().get(1));
        assertTrue(latest.skipped().get(2).contains("damaged"), latest.skipped().get(2));
        assertTrue(latest.skipped().get(3).contains("malformed"), latest.skipped().get(3));
        Files.delete(optimizer);
        assertTrue(assertThrows(UserError.class, () -> Checkpoint.open(folder.at(3))).getMessage().contains(Checkpoint.OPTIMIZER));
    }

    @Test
    void manifestsThatAreNoneAreRefused() throws IOException {
        write(1);
        for (var text : List.of("", "null", "[]", "{}", "{\"format\": 2, \"step\": 1, \"files\": {}, \"metadata\": {}}", "{\"format\": 1}",
                "{\"format\": 1, \"step\": 1, \"files\": {\"a\": null}, \"metadata\": {}}")) {
            Files.writeString(folder.at(1).resolve("manifest.json"), text);
            assertThrows(UserError.class, () -> Checkpoint.open(folder.at(1)), text);
        }
    }

    @Test
    void withoutAnyThereIsNone() {
        assertTrue(folder.latest().checkpoint().isEmpty());
        assertEquals(List.of(), folder.latest().skipped());
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws IOException {
        Files.createDirectories(folder.folder().resolve("step-000007.partial"));
        Files.writeString(folder.folder().resolve("step-000007.partial").resolve("parameters.safetensors.partial"), "half");
        assertTrue(folder.latest().checkpoint().isEmpty());
        write(7);
        assertEquals(Set.of("step-000007"), new HashSet<>(folder.steps().stream().map(step -> step.getFileName().toString()).toList()));
        assertFalse(tree(folder.folder()).stream().anyMatch(name -> name.endsWith(".partial")));
    }

    /** A disk with room for so many bytes, at every place where it can be full. */
    @Test
    void aFullDiskLeavesThePreviousOne() throws IOException {
        write(1);
        var before = tree(folder.folder());
        long needed = 0;
        try (var files = Files.list(folder.at(1))) {
            for (var file : files.toList()) {
                needed += Files.size(file);
            }
        }
        for (long room = 0; room < needed; room += 23) {
            var left = new long[] {room};
            try (var writer = new CheckpointWriter(folder, 3, path -> new Filling(path, left))) {
                var failed = assertThrows(CompletionException.class, () -> writer.write(2, everything(), Map.of()).join());
                var message = assertInstanceOf(UserError.class, failed.getCause()).getMessage();
                assertTrue(message.contains("No space left") && message.contains("step 2"), message);
            }
            assertEquals(before, tree(folder.folder()), "with room for " + room + " bytes");
            assertEquals(1, folder.latest().checkpoint().orElseThrow().step());
        }
        write(2);
        assertEquals(2, folder.latest().checkpoint().orElseThrow().step());
    }

    private static final class Filling extends FileOutputStream {

        private final long[] left;

        Filling(Path path, long[] left) throws IOException {
            super(path.toFile());
            this.left = left;
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            int fits = (int) Math.min(left[0], count);
            super.write(bytes, from, fits);
            left[0] -= fits;
            if (fits < count) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            write(bytes, 0, bytes.length);
        }
    }

    @Test
    void afterAFailureTheNextOneIsWritten() {
        var left = new long[] {10};
        try (var writer = new CheckpointWriter(folder, 3, path -> left[0] > 0 ? new Filling(path, left) : PLAIN.open(path))) {
            assertThrows(CompletionException.class, () -> writer.write(1, everything(), Map.of()).join());
            writer.write(2, everything(), Map.of()).join();
        }
        assertEquals(List.of(folder.at(2)), folder.steps());
    }

    /** The file's opening waits until the values have changed: what is written must be those of the call. */
    @Test
    void writingOverlapsAndHoldsTheValuesOfItsMoment() {
        var changed = new CountDownLatch(1);
        try (var writer = new CheckpointWriter(folder, 3, path -> {
            awaitUninterrupted(changed);
            return PLAIN.open(path);
        })) {
            var first = writer.write(1, everything(), Map.of());
            assertFalse(first.isDone());
            variables.put("layers.0.weight", TensorType.f32(2, 3), new float[6]);
            changed.countDown();
            writer.write(2, everything(), Map.of()).join();
            assertTrue(first.isDone(), "one at a time");
        }
        var weight = new float[6];
        var restored = new ArrayVariables();
        Checkpoint.open(folder.at(1)).restore(Checkpoint.PARAMETERS, restored);
        restored.read("layers.0.weight", weight);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, weight);
        Checkpoint.open(folder.at(2)).restore(Checkpoint.PARAMETERS, restored);
        restored.read("layers.0.weight", weight);
        assertArrayEquals(new float[6], weight);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void buffersAreUsedAgain() {
        var snapshot = new Snapshot();
        everything().accept(snapshot);
        var first = snapshot.files().get(Checkpoint.PARAMETERS).getFirst().array();
        snapshot.clear();
        everything().accept(snapshot);
        assertSame(first, snapshot.files().get(Checkpoint.PARAMETERS).getFirst().array());
        snapshot.clear();
        snapshot.clear(); // nothing was taken in between: the buffers are given up
        everything().accept(snapshot);
        assertFalse(first == snapshot.files().get(Checkpoint.PARAMETERS).getFirst().array());
    }

    @Test
    void aFolderThatCannotBeMadeIsAnError() throws IOException {
        var file = Files.writeString(temporary.resolve("file"), "x");
        assertThrows(UserError.class, () -> new CheckpointWriter(new CheckpointFolder(file.resolve("checkpoints")), 3));
    }
}
