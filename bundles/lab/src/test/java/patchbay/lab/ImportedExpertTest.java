package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.expert.sharedbase.SharedBase;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunFolder;
import patchbay.tensor.UserError;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.CheckpointFolder;

/** Experts that were trained in one run and join another. */
@Timeout(240)
class ImportedExpertTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;
    private LiveRun live;

    @BeforeEach
    void train() throws Exception {
        laboratory = new Laboratory(folder, new SharedBase());
        live = LiveRun.start(laboratory);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private RunFolder other(String... overrides) throws Exception {
        var all = Stream.concat(Stream.of("seed=7", "training.steps=12"), Stream.of(overrides)).toArray(String[]::new);
        return laboratory.finished(laboratory.experiment(all)).folder();
    }

    private static Map<String, float[]> values(RunFolder run) {
        var values = new TreeMap<String, float[]>();
        try (var file = new CheckpointFolder(run.checkpoints()).latest().checkpoint().orElseThrow().file(Checkpoint.PARAMETERS)) {
            file.tensors().forEach(tensor -> values.put(tensor.name(), file.floats(tensor.name())));
        }
        return values;
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Event.Swapped bring(RunFolder other, String path, String name) throws Exception {
        return (Event.Swapped) live.run().importExpert(other, path, name).get(60, TimeUnit.SECONDS);
    }

    @Test
    void itIsWhatItWasThereAndTheLossGoesOn() throws Exception {
        var other = other();
        double loss = live.loss();
        var event = bring(other, "2", "guest");
        assertEquals(loss, live.loss(), 1e-3);
        var there = values(other);
        var here = live.values();
        for (int layer = 0; layer < 2; layer++) {
            for (var matrix : new String[] {"up", "gate", "down"}) {
                var all = there.get("layers." + layer + ".moe.experts." + matrix);
                assertArrayEquals(Arrays.copyOfRange(all, 2 * all.length / 4, 3 * all.length / 4), here.get("layers." + layer + ".moe.experts.guest." + matrix));
            }
        }
        assertEquals(other.id() + ":2", event.options().get("from"));
        assertTrue(Files.exists(live.run().folder().imports().resolve(event.options().get("sha256") + ".safetensors")));
        live.someSteps(3);
        delete(other.path());
        assertEquals(1, live.assertRepeatable().swaps());
    }

    @Test
    void extrasDenseLayersAndSingleExpertsCanCome() throws Exception {
        var extra = other("model.extras=[side]");
        bring(extra, "side", "from-extra");
        assertArrayEquals(values(extra).get("layers.1.moe.experts.side.up"), live.values().get("layers.1.moe.experts.from-extra.up"));
        var dense = other("model.dense=all");
        bring(dense, "feed-forward", "from-dense");
        assertArrayEquals(values(dense).get("layers.1.feed-forward.up"), live.values().get("layers.1.moe.experts.from-dense.up"));
        bring(extra, "layers.1.moe.experts.0", "single");
        var all = values(extra).get("layers.1.moe.experts.up");
        assertArrayEquals(Arrays.copyOf(all, all.length / 4), live.values().get("layers.0.moe.experts.single.up"), "of layer 1, in layer 0");
        live.someSteps(1);
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertTrue(!live.values().containsKey("layers.0.moe.experts.single.up"));
    }

    @Test
    void aResumedRunHasIt() throws Exception {
        bring(other(), "1", "guest");
        live.someSteps(2);
        var before = live.values().get("layers.0.moe.experts.guest.up");
        live.end();
        live = live.resumed();
        assertArrayEquals(before, live.values().get("layers.0.moe.experts.guest.up"));
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() throws Exception {
        var other = other();
        refused("unknown expert of run " + other.id() + " '4'", other, "4", "guest");
        refused("unknown expert of run", other, "latte", "guest");
        refused("unknown socket of run", other, "layers.5.moe.experts.1", "guest");
        refused("no name for an expert", other, "1", "Guest!");
        refused("is [16, 16] here and [24, 16] there", other("model.hidden=24"), "1", "guest");
        refused("shares layers.0.moe.experts.", other("sockets.layers.*.moe.experts={shared-base: {rank: 2}}"), "1", "guest");
        refused("is not of one kind: ", other("sockets.layers.0.moe.experts={shared-base: {rank: 2, own: '0,1,2,3'}}"), "1", "guest");
    }

    private void refused(String reason, RunFolder other, String path, String name) {
        var message = assertThrows(UserError.class, () -> live.run().importExpert(other, path, name)).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
