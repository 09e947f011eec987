package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.fusion.concat.Concat;
import patchbay.lab.record.Metrics;
import patchbay.training.Learner;

/** Encoders that do not learn are no part of a step, and nobody can tell. */
@Timeout(120)
class FrozenEncodersTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;

    @BeforeEach
    void begin() {
        laboratory = new Laboratory(folder, new SmallEncoders.Image(), new SmallEncoders.Text(), new SmallEncoders.Restless(), new SmallEncoders.Sound(), new Concat());
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Experiment experiment(String task, String text, String... overrides) throws IOException {
        var file = folder.resolve("figures.yaml");
        Files.writeString(file, """
                name: figures
                data: {source: figures, limit: 100, validation: 0.2, domains: [image, text]}
                model: {task: {%s}, dim: 16, heads: 2, frozen: [encoders.text]}
                sockets: {encoders.image: small-image, encoders.text: %s}
                training: {steps: 40, batch: 16, learning-rate: 0.01, warm-up: 5, weight-decay: 0, evaluate-every: 0, checkpoint-every: 0}
                samples: {prompts: []}
                """.formatted(task, text));
        return Experiment.read(file, List.of(overrides));
    }

    private List<Float> losses(Experiment experiment) throws Exception {
        return Metrics.read(laboratory.finished(experiment).folder().metrics()).stream().map(step -> step.loss()).toList();
    }

    /** Whose random numbers come to nothing is computed in each step. */
    @Test
    void aStepIsWhatItIsWithTheEncoderInIt() throws Exception {
        for (var task : List.of("kind: retrieve, modalities: [image, text]", "kind: classify, modalities: [image, text, sound]")) {
            var sound = "sockets.encoders.sound=small-sound"; // of which there is none
            var overrides = task.contains("sound") ? new String[] {sound} : new String[0];
            var without = losses(experiment(task, "small-text", overrides));
            var within = losses(experiment(task, "restless-text", overrides));
            assertEquals(40, without.size());
            for (int step = 0; step < 40; step++) {
                assertEquals(within.get(step), without.get(step), 1e-4f, task + " in step " + step);
            }
        }
    }

    /** Whether a training step reads anything of what the encoder has learnt. */
    private static boolean isInStep(LiveRun live) throws Exception {
        return live.at(Learner::trainingPlans).stream().flatMap(plan -> plan.buffers().stream()).anyMatch(buffer -> buffer.name().startsWith("encoders.text."));
    }

    @Test
    void itIsThawedAndFrozenAgain() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: retrieve, modalities: [image, text]", "small-text", "training.steps=100000"));
        var name = "encoders.text.hidden";
        var first = live.values().get(name);
        live.someSteps(10);
        assertArrayEquals(first, live.values().get(name));
        assertFalse(isInStep(live));
        live.run().thaw(Optional.empty()).get(60, TimeUnit.SECONDS);
        live.someSteps(10);
        assertTrue(isInStep(live));
        var learnt = live.values().get(name);
        assertFalse(Arrays.equals(first, learnt));
        live.run().freeze("encoders.text").get(60, TimeUnit.SECONDS);
        live.someSteps(10);
        assertArrayEquals(learnt, live.values().get(name));
        live.assertRepeatable();
    }

    @Test
    void itGoesOnFromACheckpoint() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: retrieve, modalities: [image, text]", "small-text", "training.steps=100000"));
        live.end();
        var resumed = live.resumed();
        resumed.someSteps(10);
        assertTrue(resumed.values().containsKey("encoders.text.hidden"));
        resumed.assertRepeatable();
    }
}
