package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.attention.full.FullAttention;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.balancer.none.None;
import patchbay.capacity.dropless.Dropless;
import patchbay.engine.cpu.CpuEngine;
import patchbay.expert.swiglu.SwiGlu;
import patchbay.lab.Archive;
import patchbay.lab.Experiment;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;
import patchbay.position.rope.RotaryPosition;
import patchbay.router.cosine.CosineRouter;
import patchbay.router.topk.TopKRouter;
import patchbay.tensor.UserError;

/** Searches with real models, as small as can be. */
@Timeout(120)
class SearchingTest {

    private static final SearchListener SILENT = new SearchListener() { };
    private static final String ARMS = """
            base: tiny
            seeds: [1, 2]
            halving: 2
            stop: {collapsed: 0, behind: 0}
            arms:
              top-k: {}
              cosine: {sockets.layers.*.moe.router: cosine}
              the same: {sockets.layers.*.moe.router: {top-k: {}}}
              three: {model.k: 3}
              too many: {model.k: 5}
              hot: {training.learning-rate: 1.0e+38, training.minimum-learning-rate: 1.0e+38, training.clip: 0}
            """;

    private static final String FEW = """
            {base: tiny, seeds: [1], halving: 2, stop: {collapsed: 0, behind: 0}, arms: {top-k: {}, cosine: {sockets.layers.*.moe.router: cosine},
              twin: {}, three: {model.k: 3}}}
            """;

    @TempDir
    Path folder;
    private final CpuEngine engine = new CpuEngine(2);
    private Lab lab;

    @BeforeEach
    void open() throws IOException {
        lab = new Lab(engine, Archive.of(new TopKRouter(), new CosineRouter(), new AuxiliaryLoss(), new None(), new Dropless(), new SwiGlu(),
                new FullAttention(), new RotaryPosition()), folder.resolve("runs"), Duration.ofSeconds(20));
        Files.writeString(folder.resolve("text.txt"), "the quick brown fox jumps over the lazy dog and runs away. ".repeat(40));
        Files.writeString(folder.resolve("tiny.yaml"), """
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 1, dim: 8, heads: 2, context: 8, hidden: 8, experts: 4, k: 2}
                training: {steps: 8, batch: 2, warm-up: 2, evaluate-batches: 2, checkpoint-every: 0}
                """.formatted(folder.resolve("text.txt")));
    }

    @AfterEach
    void close() {
        lab.close();
        engine.close();
    }

    private Searching begin(String yaml, SearchListener listener, String... overrides) {
        var file = folder.resolve("search.yaml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return Searching.begin(lab, folder.resolve("searches"), file, folder.resolve("tiny.yaml"), List.of(overrides), listener);
    }

    private Searching resume(SearchListener listener) {
        return Searching.resume(lab, SearchFolder.all(folder.resolve("searches")).getLast(), listener);
    }

    private List<Entry> log() {
        return SearchLog.read(SearchFolder.all(folder.resolve("searches")).getLast().log());
    }

    /** Without what differs between two runs of the same: names and times. */
    private static List<Entry> plain(List<Entry> entries) {
        return entries.stream().map(entry -> entry instanceof Entry.Measured m
                ? new Entry.Measured(m.arm(), m.seed(), m.steps(), "", m.loss(), m.maxVio(), m.maxVioOfRun(), m.dead(), m.information(), 0) : entry).toList();
    }

    private List<Entry> whole(String yaml) throws InterruptedException {
        try (var searching = begin(yaml, SILENT)) {
            assertTrue(searching.run());
            assertTrue(searching.standing().finished());
        }
        return log();
    }

    @Test
    void armsRaceAndTheOthersSayWhyTheyEnded() throws Exception {
        var entries = whole(ARMS);
        var ended = entries.stream().filter(Entry.Ended.class::isInstance).map(Entry.Ended.class::cast).toList();
        assertEquals(Entry.Cause.duplicate, cause(ended, "the same"));
        assertEquals(Entry.Cause.refused, cause(ended, "too many"));
        assertEquals(Entry.Cause.failed, cause(ended, "hot"));
        assertTrue(ended.stream().anyMatch(end -> end.reason().contains("model.k is 5, but a layer has only 4 experts")), ended::toString);
        assertTrue(ended.stream().anyMatch(end -> end.arm().equals("hot") && end.reason().contains("NaN")), ended::toString);
        var standing = Searching.standing(lab, SearchFolder.all(folder.resolve("searches")).getLast());
        assertEquals("8", standing.rows().getFirst().get(8), "the winner was trained to the end");
        assertTrue(standing.rows().getFirst().getLast().startsWith("baseline"));
        assertTrue(standing.rows().stream().anyMatch(row -> row.getFirst().equals("three") && row.getLast().contains("active compute x 1.")),
                standing.rows()::toString);
        assertTrue(lab.runs().isEmpty(), "runs that have ended are not kept in memory");
    }

    private static Entry.Cause cause(List<Entry.Ended> ended, String arm) {
        return ended.stream().filter(end -> end.arm().equals(arm)).findFirst().orElseThrow().cause();
    }

    @Test
    void anArmGoesOnFromItsCheckpointAndIsTheRunThatItWouldHaveBeen() throws Exception {
        var entries = whole(ARMS);
        var last = (Entry.Measured) entries.stream().filter(entry -> entry instanceof Entry.Measured m && m.steps() == 8).findFirst().orElseThrow();
        var arm = RunFolder.find(lab.runsFolder(), last.run());
        var settings = Search.read(folder.resolve("search.yaml")).arms().stream().filter(one -> one.name().equals(last.arm())).findFirst().orElseThrow();
        var overrides = new ArrayList<>(settings.overrides());
        overrides.add("seed=" + last.seed());
        var straight = lab.start(Experiment.read(folder.resolve("tiny.yaml"), overrides));
        straight.await();
        assertEquals(losses(straight.folder()), losses(arm), "every step once, and bit for bit");
        assertEquals(straight.folder().summary().validationLoss(), last.loss());
    }

    private static List<String> losses(RunFolder run) {
        return Metrics.read(run.metrics()).stream().map(step -> step.step() + ": " + step.loss()).toList();
    }

    @Test
    void killedAfterAnyEntryItComesToTheSameEnd() throws Exception {
        var whole = plain(whole(FEW));
        for (int kill = 1; kill < whole.size(); kill++) {
            int last = kill;
            var told = new AtomicInteger();
            var killer = new SearchListener() {
                @Override
                public void told(String line) {
                    if (told.incrementAndGet() == last) {
                        throw new IllegalStateException("killed");
                    }
                }
            };
            try (var searching = begin(FEW, killer)) {
                assertThrows(IllegalStateException.class, searching::run);
            }
            assertEquals(whole.subList(0, kill), plain(log()));
            try (var searching = resume(SILENT)) {
                assertTrue(searching.run());
            }
            assertEquals(whole, plain(log()), "killed after " + kill);
        }
    }

    @Test
    void whatARunHadDoneAndTheLogHadNotSaidIsReadAndNotTrainedAgain() throws Exception {
        var whole = whole(FEW);
        var file = SearchFolder.all(folder.resolve("searches")).getLast().log();
        var lines = Files.readAllLines(file);
        int runs = RunFolder.all(lab.runsFolder()).size();
        for (int kept = 0; kept < lines.size(); kept++) {
            Files.write(file, lines.subList(0, kept));
            try (var searching = resume(SILENT)) {
                assertTrue(searching.run());
            }
            assertEquals(whole, log(), "with " + kept + " lines left");
            assertEquals(runs, RunFolder.all(lab.runsFolder()).size());
        }
    }

    @Test
    void aRunThatIsStoppedStopsTheSearchWhichGoesOnFromThere() throws Exception {
        var whole = plain(whole(FEW));
        var stopper = new SearchListener() {
            @Override
            public void attend(Run run) throws InterruptedException {
                run.listen(new RunListener() {
                    @Override
                    public void measured(Run measured, Measurement measurement) {
                        measured.stop("somebody wants so");
                    }
                });
                run.await();
            }
        };
        try (var searching = begin(FEW, stopper, "training.steps=8")) {
            assertFalse(searching.run());
        }
        try (var searching = resume(SILENT)) {
            assertTrue(searching.run());
        }
        assertEquals(whole, plain(log()));
    }

    @Test
    void oneSearchIsMadeByOneAtATime() throws Exception {
        try (var searching = begin("{base: tiny, seeds: [1], arms: {a: {}}}", SILENT)) {
            assertTrue(assertThrows(UserError.class, () -> resume(SILENT)).getMessage().endsWith("is under way already"));
            assertTrue(searching.run());
        }
    }

    @Test
    void mistakesAreToldBeforeThereIsATraceOfThem() {
        refused("unknown plugin 'topk'; did you mean 'top-k'?", "{base: tiny, arms: {a: {sockets.layers.*.moe.router: topk}}}");
        refused("none of the arms can be built; 'a': ", "{base: tiny, arms: {a: {model.k: 9}}}");
        refused("the baseline 'b' cannot be built", "{base: tiny, baseline: b, arms: {a: {}, b: {model.k: 9}}}");
        refused("data.validation of the base is 0", "{base: tiny, arms: {a: {}}}", "data.validation=0");
        refused("training.steps of the base is 0", "{base: tiny, arms: {a: {}}}", "training.steps=0");
        refused("override 'training.stps=1'", "{base: tiny, arms: {a: {}}}", "training.stps=1");
        refused("budget: 5 steps are too few", "{base: tiny, budget: 5, arms: {a: {}}}");
        assertFalse(Files.exists(folder.resolve("searches")) || Files.exists(folder.resolve("runs")));
    }

    private void refused(String message, String yaml, String... overrides) {
        var error = assertThrows(UserError.class, () -> begin(yaml, SILENT, overrides).close());
        assertTrue(error.getMessage().contains(message), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
