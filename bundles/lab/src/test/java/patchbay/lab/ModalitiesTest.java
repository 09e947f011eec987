package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.attention.decay.Decay;
import patchbay.data.Collection;
import patchbay.data.HeldOutExamples;
import patchbay.expert.gelu.Gelu;
import patchbay.fusion.concat.Concat;
import patchbay.fusion.gated.Gated;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Metrics;
import patchbay.model.Arriving;
import patchbay.model.Multimodal;
import patchbay.model.Plug;
import patchbay.model.Sampling;
import patchbay.position.none.NoPosition;
import patchbay.tensor.UserError;
import patchbay.training.Evaluation;

/** Models of encoders: what they learn, and modalities that join a run and leave it. */
@Timeout(240)
class ModalitiesTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;

    @BeforeEach
    void begin() {
        laboratory = new Laboratory(folder, new SmallEncoders.Image(), new SmallEncoders.Text(), new SmallEncoders.Sound(), new SmallEncoders.Blocks(), new SmallEncoders.Moody(), new SmallEncoders.Schooled(), new Concat(), new Gated(), new Gelu(),
                new NoPosition(), new Decay());
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Experiment experiment(String task, String... overrides) throws IOException {
        var file = folder.resolve("figures.yaml");
        Files.writeString(file, """
                name: figures
                data: {source: figures, limit: 600, validation: 0.2}
                model: {task: {%s}, dim: 16, heads: 2}
                sockets: {encoders.image: small-image, encoders.text: small-text}
                training: {steps: 100000, batch: 16, learning-rate: 0.01, warm-up: 5, weight-decay: 0, evaluate-every: 0, evaluate-batches: 20, checkpoint-every: 0}
                samples: {prompts: []}
                """.formatted(task));
        return Experiment.read(file, List.of(overrides));
    }

    private static final String RETRIEVE = "kind: retrieve, modalities: [image, text]";

    private Evaluation.Result measured(LiveRun live) throws Exception {
        var held = Collection.named("figures").read(live.run().experiment().data(), 0).heldOut().get("examples");
        return live.at(learner -> learner.evaluate(HeldOutExamples.of(held, 16, 20)));
    }

    private static Event.Swapped plug(LiveRun live, String socket, String plugin) throws Exception {
        return (Event.Swapped) live.run().swap(socket, Plug.of(plugin)).get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatBelongsTogetherIsFound() throws Exception {
        var live = LiveRun.start(laboratory, experiment(RETRIEVE));
        live.someSteps(250);
        var measures = measured(live).measures();
        assertTrue(measures.get("recall@5 image→text") > 8 * measures.get("chance@1 image→text"), measures::toString);
        assertTrue(measures.get("recall@5 text→image") > 8 * measures.get("chance@1 text→image"), measures::toString);
        live.end();
    }

    @Test
    void aCheckpointIsMeasuredOnAllThatIsHeldOut() throws Exception {
        var run = laboratory.finished(experiment(RETRIEVE, "training.steps=20", "training.checkpoint-every=20", "training.evaluate-every=20", "training.evaluate-batches=100"));
        var measured = laboratory.lab.measured(run.id()).orElseThrow();
        assertEquals(20, measured.step());
        assertEquals(List.of("examples"), List.copyOf(measured.parts().keySet()));
        assertEquals(run.evaluated().orElseThrow().loss(), measured.parts().get("examples").loss(), 1e-6);
        assertEquals(run.evaluated().orElseThrow().measures(), measured.parts().get("examples").measures());
        assertTrue(laboratory.lab.measured(laboratory.finished(laboratory.experiment()).id()).isEmpty(), "of a text there is a loss alone");
    }

    @Test
    void aModalityThatJoinsChangesNothingAtThatMomentAndLearnsThen() throws Exception {
        var live = LiveRun.start(laboratory, experiment(RETRIEVE));
        live.someSteps(100);
        var before = measured(live);
        var old = live.values();
        var event = plug(live, "encoders.sound", "small-sound");
        assertEquals(List.of("encoders.sound"), event.after().stream().map(fitted -> fitted.socket()).toList());
        var now = measured(live);
        before.measures().forEach((name, value) -> assertEquals(value, now.measures().get(name), name));
        assertEquals(before.loss(), now.loss(), 1e-6);
        old.forEach((name, values) -> assertDoesNotChange(name, values, live));
        live.someSteps(300);
        var after = measured(live).measures();
        assertTrue(after.get("recall@5 sound→image") > 5 * after.get("chance@1 sound→image"), after::toString);
        var left = (Event.Swapped) live.run().takeOut("encoders.sound").get(60, TimeUnit.SECONDS);
        assertEquals(0, left.after().size());
        assertFalse(measured(live).measures().keySet().stream().anyMatch(name -> name.contains("sound")));
        live.someSteps(10);
        var verdict = live.assertRepeatable();
        assertEquals(2, verdict.swaps());
        var steps = Metrics.read(live.run().folder().metrics());
        for (int i = 0; i < steps.size(); i++) {
            assertEquals(i + 1, steps.get(i).step(), "a step is lost or made twice");
        }
    }

    @Test
    void aGateOpensByStepsOfHoweverManyBatches() throws Exception {
        var live = LiveRun.start(laboratory, experiment(RETRIEVE, "training.accumulate=3"));
        live.someSteps(3);
        var event = plug(live, "encoders.sound", "small-sound");
        live.someSteps(4);
        assertEquals(0.02 * (live.run().step() - event.step()), live.values().get(Multimodal.gate("sound"))[0], 1e-6);
        live.end();
    }

    private static void assertDoesNotChange(String name, float[] values, LiveRun live) {
        try {
            assertArrayEquals(values, live.values().get(name), name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheLabelSaysIsLearntAndAModalityThatJoinsTheFusionIsSilent() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: classify, modalities: [image], alignment: 0",
                "sockets={encoders.image: small-image}"));
        live.someSteps(250);
        double accuracy = measured(live).measures().get("accuracy");
        assertTrue(accuracy > 0.4, "four shapes: " + accuracy);
        double loss = measured(live).loss();
        plug(live, "encoders.text", "small-text");
        assertEquals(loss, measured(live).loss(), 1e-5);
        live.someSteps(250);
        assertTrue(measured(live).measures().get("accuracy") > 0.95, "the caption says it");
        live.assertRepeatable();
    }

    /** Blocks within an encoder have sockets like others, mixtures among them, and a dense model's experts are copies at first. */
    @Test
    void theBlocksWithinAnEncoderAreSocketsToo() throws Exception {
        var task = "kind: classify, modalities: [image], alignment: 0";
        var dense = LiveRun.start(laboratory, experiment(task, "sockets={encoders.image: small-tower}", "training.checkpoint-every=10"));
        dense.someSteps(10);
        plug(dense, "encoders.image.layers.0.attention", "decay");
        dense.someSteps(10);
        var loss = measured(dense).loss();
        dense.assertRepeatable();
        var mixed = laboratory.lab.start(experiment(task, "name=mixed", "from=" + dense.run().id(), "training.steps=0",
                "sockets={encoders.image: {small-tower: {mixtures: 1}}, encoders.image.layers.0.attention: decay}"));
        Laboratory.ended(mixed);
        assertEquals(loss, mixed.evaluated().orElseThrow().loss(), 1e-5, "every expert is the dense feed-forward at that moment");
        var live = LiveRun.start(laboratory, experiment(task, "name=more", "from=" + dense.run().id(),
                "sockets={encoders.image: {small-tower: {mixtures: 1}}, encoders.image.layers.0.attention: decay}"));
        plug(live, "encoders.image.layers.1.moe.router", "cosine");
        live.someSteps(20);
        assertEquals(4, Metrics.read(live.run().folder().metrics()).getLast().counts().get("encoders.image.layers.1.moe").length);
        live.assertRepeatable();
    }

    @Test
    void combinationsHaveFusionsOfTheirOwn() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: classify, modalities: [image, text, sound], fusions: [image+text], queue: 32, concepts: 16",
                "sockets.encoders.sound=small-sound", "sockets.fusion.image+text=gated"));
        assertTrue(live.run().sockets().stream().anyMatch(socket -> socket.path().equals("fusion.image+text")));
        live.someSteps(30);
        live.end();
        var resumed = live.resumed();
        resumed.someSteps(10);
        resumed.assertRepeatable();
    }

    @Test
    void aModalityThatIsMissingInSomeExamplesAndOneThatCannotBeReadAreNothingSpecial() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: classify, modalities: [image, text, sound]",
                "sockets.encoders.image=small-moody", "sockets.encoders.sound=small-sound", "data.domains=[image, text]"));
        live.someSteps(200);
        double accuracy = measured(live).measures().get("accuracy");
        assertTrue(accuracy > 0.9, "the caption says it: " + accuracy);
        live.end();
    }

    /** An encoder that takes another's place brings its own blocks, unless others were chosen, and what it has learnt elsewhere; going back, what was learnt before is there again. */
    @Test
    void anEncoderThatIsExchangedBringsWhatIsItsOwn() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: classify, modalities: [image], alignment: 0", "sockets={encoders.image: small-tower}"));
        var places = "encoders.image.places";
        plug(live, "encoders.image.layers.1.feed-forward", "swiglu");
        var before = live.values().get(places);
        plug(live, "encoders.image", "small-schooled");
        assertEquals(List.of("decay", "gelu", "decay", "swiglu"), live.run().wiring().stream().filter(fitted -> fitted.socket().contains("layers")).map(fitted -> fitted.plugin()).toList());
        assertEquals(1, live.values().get(places)[0]);
        assertEquals(0, live.values().get("moment1/" + places)[0]);
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertArrayEquals(before, live.values().get(places));
        plug(live, "encoders.image", "small-schooled");
        live.someSteps(3);
        var learnt = live.values().get(places);
        assertTrue(learnt[0] != 1);
        live.run().swap("encoders.image", new Plug("small-schooled", Map.of("places", 1.0))).get(60, TimeUnit.SECONDS);
        assertArrayEquals(learnt, live.values().get(places), "what it began with is the same: it has learnt since");
        live.run().swap("encoders.image", new Plug("small-schooled", Map.of("places", 2.0))).get(60, TimeUnit.SECONDS);
        assertEquals(2, live.values().get(places)[0]);
        live.someSteps(3);
        live.assertRepeatable();
    }

    @Test
    void anEncoderThatReadsNothingOfTheDataIsRefused() throws Exception {
        var nothing = "encoder small-sound at encoders.image reads none of the first 8 examples: no sound";
        assertEquals(nothing, assertThrows(UserError.class, () -> laboratory.lab.start(experiment(RETRIEVE, "sockets.encoders.image=small-sound"))).getMessage());
        var live = LiveRun.start(laboratory, experiment(RETRIEVE));
        live.someSteps(5);
        var refused = (Event.Refused) live.run().swap("encoders.image", Plug.of("small-sound")).get(60, TimeUnit.SECONDS);
        assertEquals(nothing, refused.reason());
        live.someSteps(5);
        live.end();
    }

    @Test
    void whatIsPlannedStandsOnWhatIsPlannedBefore() throws Exception {
        var joins = "{step: 2, socket: encoders.sound, plugin: small-tower}";
        var within = "{step: 4, socket: encoders.sound.layers.0.attention, plugin: decay}";
        var unknown = assertThrows(UserError.class, () -> laboratory.lab.start(experiment(RETRIEVE, "swaps=[" + within + "]")));
        assertTrue(unknown.getMessage().contains("unknown socket 'encoders.sound.layers.0.attention'"), unknown.getMessage());
        var run = laboratory.finished(experiment(RETRIEVE, "data.domains=[image, text]", "training.steps=6", "swaps=[" + joins + ", " + within + "]"));
        assertEquals(2, Journal.read(run.folder().journal()).all(Event.Swapped.class).size());
        var smell = assertThrows(UserError.class, () -> laboratory.lab.start(experiment(RETRIEVE, "swaps=[{step: 2, socket: encoders.smell, plugin: small-text}]")));
        assertTrue(smell.getMessage().contains("has no smell"), smell.getMessage());
    }

    /** What is written is what a training step's graph says of the same places, and says what is to be seen. */
    @Test
    void aPictureIsDescribed() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: describe, modalities: [image]", "sockets={encoders.image: small-image}", "model.context=40",
                "model.layers=1", "model.dense=all", "model.hidden=32", "model.dim=32", "training.checkpoint-every=100"));
        live.someSteps(400);
        assertTrue(measured(live).loss() < 0.5, "nats a letter: " + measured(live).loss());
        live.end();
        var held = Collection.named("figures").read(live.run().experiment().data(), 0).heldOut().get("examples");
        int colours = 0;
        for (var example : held.subList(0, 20)) {
            var text = laboratory.lab.describe(live.run().id(), Map.of("image", example.parts().get("image").bytes()), new Sampling(0, 0, 1), 1);
            var caption = new String(example.parts().get("text").bytes(), StandardCharsets.UTF_8);
            assertTrue(text.startsWith("a "), text);
            colours += caption.split(" ")[2].equals(text.split(" ").length > 2 ? text.split(" ")[2] : "") ? 1 : 0;
        }
        assertTrue(colours > 10, colours + " of 20 colours are right");
        var wrong = assertThrows(UserError.class, () -> laboratory.lab.describe(live.run().id(), Map.of("smell", new byte[1]), new Sampling(0, 0, 1), 1));
        assertTrue(wrong.getMessage().contains("image"), wrong.getMessage());
    }

    /** Captions name the shape, which is the label, in their middle. */
    @Test
    void aTextIsJudgedPartByPart() throws Exception {
        var live = LiveRun.start(laboratory, experiment("kind: classify, modalities: [image, text]", "training.checkpoint-every=50"));
        live.someSteps(200);
        live.end();
        var held = Collection.named("figures").read(live.run().experiment().data(), 0).heldOut().get("examples");
        int early = 0;
        int late = 0;
        for (var example : held.subList(0, 20)) {
            var caption = example.parts().get("text").bytes();
            try (var listening = laboratory.lab.listening(live.run().id(), "text")) {
                assertEquals(List.of("circle", "square", "triangle", "cross"), listening.labels());
                early += label(listening.arriving().read(Arrays.copyOf(caption, 8)).orElseThrow()) == example.label() ? 1 : 0;
                listening.arriving().read(Arrays.copyOfRange(caption, 8, caption.length));
                late += label(listening.arriving().end()) == example.label() ? 1 : 0;
            }
        }
        assertTrue(late > 17 && early < 15, early + " of 20 are right before the shape is named, " + late + " behind it");
        var picture = assertThrows(UserError.class, () -> laboratory.lab.listening(live.run().id(), "image"));
        assertTrue(picture.getMessage().contains("small-image at encoders.image reads whole examples only"), picture.getMessage());
    }

    private static int label(Arriving.Partial partial) {
        var logits = partial.logits().orElseThrow();
        return IntStream.range(0, logits.length).boxed().max(Comparator.comparingDouble(i -> logits[i])).orElseThrow();
    }

    @Test
    void mistakesAreToldInOneLine() throws Exception {
        var text = assertThrows(UserError.class, () -> laboratory.lab.start(experiment(RETRIEVE, "data.source=wordnet")));
        assertTrue(text.getMessage().contains("has no image"), text.getMessage());
        var empty = assertThrows(UserError.class, () -> experiment("kind: retrieve, modalities: []"));
        assertTrue(empty.getMessage().contains("at least one"), empty.getMessage());
        var alone = assertThrows(UserError.class, () -> experiment("kind: retrieve, modalities: [image]"));
        assertTrue(alone.getMessage().contains("image alone has nothing to belong to"), alone.getMessage());
        var unused = assertThrows(UserError.class, () -> laboratory.lab.start(experiment(RETRIEVE, "sockets.fusion=gated")));
        assertTrue(unused.getMessage().contains("unknown socket 'fusion'"), unused.getMessage());
        for (var twice : List.of("image+image", "image+", "image+text, text+image")) {
            var mistake = assertThrows(UserError.class, () -> experiment("kind: classify, modalities: [image, text], fusions: [" + twice + "]"));
            assertTrue(mistake.getMessage().contains("model.task.fusions"), mistake.getMessage());
        }
        var none = assertThrows(UserError.class, () -> experiment("kind: describe, modalities: [image], fusions: [image]"));
        assertTrue(none.getMessage().contains("a task of kind describe has none"), none.getMessage());
        var unnamed = assertThrows(UserError.class, () -> laboratory.lab.start(experiment("kind: classify, modalities: [image, sound]")));
        assertTrue(unnamed.getMessage().endsWith("(at encoders.sound, for which sockets names none)"), unnamed.getMessage());
        var unmasked = assertThrows(UserError.class, () -> laboratory.lab.start(experiment("kind: masked, modalities: [text]", "sockets={encoders.text: small-text}")));
        assertTrue(unmasked.getMessage().endsWith("(encoder small-text at encoders.text)"), unmasked.getMessage());
        var live = LiveRun.start(laboratory, experiment(RETRIEVE));
        var last = assertThrows(UserError.class, () -> live.run().takeOut("encoders.text"));
        assertTrue(last.getMessage().contains("nothing to belong to"), last.getMessage());
        var fusion = assertThrows(UserError.class, () -> live.run().takeOut("fusion"));
        assertTrue(fusion.getMessage().contains("encoders.image"), fusion.getMessage());
        var smell = assertThrows(UserError.class, () -> live.run().swap("encoders.smell", Plug.of("small-sound")));
        assertTrue(smell.getMessage().contains("has no smell; it has image, text, sound"), smell.getMessage());
        live.end();
        var labels = assertThrows(UserError.class, () -> laboratory.lab.listening(live.run().id(), "text"));
        assertTrue(labels.getMessage().contains("tells no labels: its task is retrieve"), labels.getMessage());
        var generating = assertThrows(UserError.class, () -> laboratory.lab.generation(live.run().id()));
        assertTrue(generating.getMessage().contains("retrieve"), generating.getMessage());
        assertTrue(Journal.read(live.run().folder().journal()).all(Event.Failed.class).isEmpty());
    }
}
