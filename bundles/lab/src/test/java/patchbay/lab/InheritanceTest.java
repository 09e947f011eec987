package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.data.EvaluationBatches;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.RunState;
import patchbay.model.ModelSettings;
import patchbay.tensor.UserError;

/** Runs that begin with what another has learnt. */
@Timeout(120)
class InheritanceTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;
    private Run dense;

    @BeforeEach
    void train() throws InterruptedException {
        laboratory = new Laboratory(folder);
        dense = laboratory.finished(laboratory.experiment("model.dense=[all]"));
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private static double lastLoss(Run run) {
        return Journal.read(run.folder().journal()).last(Event.Evaluated.class).orElseThrow().loss();
    }

    /** The held-out loss of what a run begins with. */
    private double firstLoss(Run run) throws Exception {
        var experiment = run.experiment();
        var batches = new EvaluationBatches(run.dataset().validation(), experiment.training().batch(), experiment.model().context(),
                experiment.training().evaluateBatches());
        run.pause();
        var loss = run.withModel(learner -> learner.evaluate(batches).loss()).get();
        assertEquals(0, run.step(), "it must not have begun");
        return loss;
    }

    @Test
    void aMixtureOfCopiesComputesWhatTheDenseModelDoes() throws Exception {
        var experiment = laboratory.experiment("from=" + dense.id(), "training.steps=6");
        var run = laboratory.lab.start(experiment, new RunListener() {
            @Override
            public void happened(Run run, Event event) {
                if (event instanceof Event.Inherited) {
                    run.pause(); // before its first step
                }
            }
        });
        assertEquals(lastLoss(dense), firstLoss(run), 1e-6);
        run.unpause();
        Laboratory.ended(run);
        assertEquals(RunState.finished, run.state());
        var inherited = Journal.read(run.folder().journal()).last(Event.Inherited.class).orElseThrow();
        assertEquals(dense.id(), inherited.run());
        assertEquals(30, inherited.of());
        assertEquals(6, inherited.copied(), "gate, up and down of two layers");
        assertEquals(2, inherited.started(), "two routers");
        assertTrue(Laboratory.losses(run).getFirst() < Laboratory.losses(dense).getFirst(), "it does not begin anew");
    }

    @Test
    void anExportedFileIsAsGoodAsItsRun() throws Exception {
        var file = folder.resolve("dense.safetensors");
        laboratory.lab.generation(dense.id()).export(file);
        var ofRun = laboratory.finished(laboratory.experiment("from=" + dense.id(), "training.steps=6"));
        var ofFile = laboratory.finished(laboratory.experiment("from=" + file, "training.steps=6"));
        assertEquals(Laboratory.losses(ofRun), Laboratory.losses(ofFile));
        Files.delete(file);
        assertEquals(Laboratory.losses(ofRun), Laboratory.losses(Laboratory.ended(laboratory.lab.repeat(ofFile.folder(), new RunListener() {}))));
    }

    @Test
    void halvesAreWidened() throws Exception {
        var file = folder.resolve("dense.safetensors");
        laboratory.lab.generation(dense.id()).in(ModelSettings.Weights.bf16).export(file);
        double exact = Laboratory.losses(laboratory.finished(laboratory.experiment("from=" + dense.id(), "training.steps=1"))).getFirst();
        double rounded = Laboratory.losses(laboratory.finished(laboratory.experiment("from=" + file, "training.steps=1"))).getFirst();
        assertEquals(exact, rounded, 0.01);
        assertNotEquals(exact, rounded, "it is not the same values");
    }

    @Test
    void aRepetitionNeedsTheOtherRunNoMore() throws Exception {
        var run = laboratory.finished(laboratory.experiment("from=" + dense.id(), "training.steps=6"));
        deleteCheckpoints(dense);
        var repeated = Laboratory.ended(laboratory.lab.repeat(run.folder(), new RunListener() {}));
        assertEquals(Laboratory.losses(run), Laboratory.losses(repeated));
        var again = Laboratory.ended(laboratory.lab.repeat(repeated.folder(), new RunListener() {}));
        assertEquals(Laboratory.losses(run), Laboratory.losses(again));
    }

    @Test
    void aRunWithoutACheckpointIsResumedFromWhatItBeganWith() throws Exception {
        var run = laboratory.finished(laboratory.experiment("from=" + dense.id(), "training.steps=6"));
        var losses = Laboratory.losses(run);
        deleteCheckpoints(run);
        var resumed = Laboratory.ended(laboratory.lab.resume(run.id(), new RunListener() {}));
        assertEquals(losses, Laboratory.losses(resumed));
        assertTrue(Journal.read(run.folder().journal()).effective().last(Event.Inherited.class).isPresent());
    }

    private static void deleteCheckpoints(Run run) throws Exception {
        try (var files = Files.walk(run.folder().checkpoints())) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeThereIsARun() throws Exception {
        var runs = List.copyOf(laboratory.lab.runs());
        var none = assertThrows(UserError.class, () -> laboratory.lab.start(laboratory.experiment("from=nowhere")));
        assertTrue(none.getMessage().contains("run 'nowhere'") && none.getMessage().contains(dense.id()), none.getMessage());
        var tokenizer = assertThrows(UserError.class,
                () -> laboratory.lab.start(laboratory.experiment("from=" + dense.id(), "data.tokenizer=byte")));
        assertTrue(tokenizer.getMessage().contains("another tokenizer"), tokenizer.getMessage());
        var nothing = assertThrows(UserError.class,
                () -> laboratory.lab.start(laboratory.experiment("from=" + dense.id(), "model.dim=20")));
        assertTrue(nothing.getMessage().contains("no parameter has the same name and shape"), nothing.getMessage());
        var file = folder.resolve("some.safetensors");
        Files.writeString(file, "no tensors");
        var damaged = assertThrows(UserError.class, () -> laboratory.lab.start(laboratory.experiment("from=" + file)));
        assertTrue(damaged.getMessage().contains("some.safetensors"), damaged.getMessage());
        Files.delete(file);
        laboratory.lab.generation(dense.id()).export(file);
        var fromFile = assertThrows(UserError.class,
                () -> laboratory.lab.start(laboratory.experiment("from=" + file, "data.tokenizer=byte")));
        assertTrue(fromFile.getMessage().contains("another tokenizer"), fromFile.getMessage());
        assertEquals(runs, laboratory.lab.runs());
    }
}
