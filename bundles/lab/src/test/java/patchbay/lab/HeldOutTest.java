package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/** The loss of a checkpoint in contexts that it was not trained with. The tiny model's context is 12. */
@Timeout(60)
class HeldOutTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;

    @BeforeEach
    void open() {
        laboratory = new Laboratory(folder);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Run trained(String... overrides) throws InterruptedException {
        return laboratory.finished(laboratory.experiment(overrides));
    }

    private HeldOut of(Run run) {
        return laboratory.lab.heldOut(run.id(), Optional.empty());
    }

    private HeldOut with(Run run, String position, Map<String, Object> options) {
        return laboratory.lab.heldOut(run.id(), Optional.of(new Plug(position, options)));
    }

    /** Where the run itself looks at all of the text, window by window. */
    @Test
    void atTheTrainedContextItIsTheRunsOwn() throws Exception {
        var run = trained("training.batch=1", "training.evaluate-batches=1000000");
        var loss = of(run).at(12);
        assertEquals(run.evaluated().orElseThrow().loss(), loss.loss());
        assertEquals((run.dataset().validation().length() - 1) / 12 * 12, loss.tokens());
        assertEquals(30, of(run).step());
    }

    @Test
    void otherContextsReadTheSameText() throws Exception {
        var heldOut = of(trained());
        double trained = heldOut.at(12).loss();
        for (int context : new int[] {6, 24, 48}) {
            var loss = heldOut.at(context);
            assertTrue(Math.abs(loss.loss() - trained) > 1e-6 && Math.abs(loss.loss() - trained) < 1, context + ": " + loss + " beside " + trained);
            assertEquals((heldOut.text().length() - 1) / context * context, loss.tokens());
        }
        assertEquals(trained, heldOut.at(12).loss(), "measuring changes nothing");
    }

    @Test
    void positionsThatLearnNothingCanStandInForOthers() throws Exception {
        var run = trained();
        double plain = of(run).at(24).loss();
        assertEquals(plain, with(run, "rope", Map.of("scaling", "linear", "factor", 1)).at(24).loss());
        assertNotEquals(plain, with(run, "rope", Map.of("scaling", "linear", "factor", 2)).at(24).loss());
        assertTrue(assertThrows(UserError.class, () -> with(run, "learned", Map.of()).at(24)).getMessage().contains("position.table was not learnt"));
    }

    @Test
    void whatEndsWithTheTrainedContextIsRefused() throws Exception {
        var heldOut = of(trained("sockets.position=learned"));
        assertTrue(Double.isFinite(heldOut.at(12).loss()));
        var message = assertThrows(UserError.class, () -> heldOut.at(24)).getMessage();
        assertTrue(message.contains("position.table was learnt as [12, 16] for contexts of 12, and one of 24 needs [24, 16]"), message);
        assertTrue(assertThrows(UserError.class, () -> heldOut.at(1_000_000)).getMessage().contains("validation text"));
    }
}
