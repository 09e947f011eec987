package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.osgi.framework.Bundle;
import patchbay.data.Collection;
import patchbay.data.HeldOutExamples;
import patchbay.lab.Experiment;
import patchbay.lab.Run;
import patchbay.lab.record.Event;
import patchbay.model.Plug;
import patchbay.training.Evaluation;

/** A bundle that can hear is put into {@code load/} while a model learns to bring pictures and captions together. */
public class SoundJoinsTest extends LiveRunTest {

    private static final String BUNDLE = "patchbay.encoder.audio.spectrogram";
    private static final String SOCKET = "encoders.sound";

    @Override
    protected List<Sample> samples() {
        return List.of();
    }

    private Experiment figures() throws IOException {
        return Experiment.read(Files.writeString(home().resolve("figures.yaml"), """
                name: figures
                data: {source: figures, limit: 500, validation: 0.2}
                model: {task: {kind: retrieve, modalities: [image, text]}, dim: 16, heads: 2}
                sockets:
                  encoders.image: {image-patch: {size: 32, patch: 8, layers: 1, heads: 2}}
                  encoders.text: {text-recurrent: {length: 32, layers: 1, heads: 2}}
                training: {steps: 1000000, batch: 16, learning-rate: 5.0e-3, warm-up: 5, evaluate-every: 0, checkpoint-every: 0}
                """), List.of());
    }

    private static Evaluation.Result measured(Run run) throws InterruptedException {
        var held = Collection.named("figures").read(run.experiment().data(), 0).heldOut().get("examples");
        return await(run.withModel(learner -> learner.evaluate(HeldOutExamples.of(held, 16, 20))));
    }

    private void install() throws IOException {
        Path jar = Path.of(System.getProperty("patchbay.project"), "cnf/target/export/patchbay", BUNDLE + "-0.1.0.jar");
        Path beside = load().resolve("sound.jar.part");
        Files.copy(jar, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, load().resolve("sound.jar"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    public void soundComesIsHeardAndGoes() throws Exception {
        Bundle first = Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().equals(BUNDLE)).findFirst().orElseThrow();
        first.uninstall();
        var diary = new Diary();
        var run = lab.start(figures(), diary);
        steps(run, 60);
        install();
        try {
            diary.arrived("audio-spectrogram");
            run.pause();
            var before = measured(run);
            var swapped = (Event.Swapped) await(run.swap(SOCKET, new Plug("audio-spectrogram", Map.of("seconds", 0.25, "layers", 1, "heads", 2))));
            assertEquals(SOCKET, swapped.after().getFirst().socket());
            assertEquals(before.loss(), measured(run).loss(), 1e-6);
            var at = measured(run).measures();
            before.measures().forEach((name, value) -> assertEquals(name, value, at.get(name)));
            run.unpause();
            steps(run, 250);
            run.pause();
            var after = measured(run).measures();
            assertTrue(after.toString(), after.get("recall@5 sound→image") > 5 * 1.5 * after.get("chance@1 sound→image"));
            await(run.takeOut(SOCKET));
            assertFalse(measured(run).measures().toString().contains("sound"));
            run.unpause();
            steps(run, 10);
            var losses = stopped(run);
            assertEquals(losses, repeated(run));
        } finally {
            remove("sound.jar");
        }
    }
}
