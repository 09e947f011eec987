package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.model.Provider;

class ComparisonTest {

    private static final Provider OLD = new Provider("patchbay.router.cosine", "0.1.0", "ab".repeat(32));
    private static final Provider NEW = new Provider("patchbay.router.cosine", "0.2.0", "cd".repeat(32));

    @TempDir
    Path runs;

    @Test
    void runIsTheSameAsItsReplay() {
        var run = run("seed: 1", "0.1.0", wiring("top-k", OLD), 150, OLD, 1, 2, 3);
        var comparison = Comparison.of(run, run("seed: 1", "0.1.0", wiring("top-k", OLD), 150, OLD, 1, 2, 3));
        assertEquals(new Comparison.Losses(3, 3, 0, Float.NaN, Float.NaN, 0), comparison.losses());
        assertTrue(comparison.sameNumbers());
        for (var differences : List.of(comparison.settings(), comparison.wiring(), comparison.bundles(), comparison.changes(),
                comparison.data(), comparison.environment())) {
            assertEquals(List.of(), differences);
        }
        assertTrue(comparison.toText().contains("losses: bit-identical at all 3 common steps"), comparison.toText());
    }

    @Test
    void everyDifferenceIsNamedOnce() {
        var left = run("{seed: 1, training: {steps: 300}, sockets: {position: rope}}", "0.1.0", wiring("top-k", OLD), 150, OLD, 1, 2, 3);
        var right = run("{seed: 1, training: {steps: 400}, sockets: {position: learned}}", "0.2.0", wiring("cosine", NEW), 160, NEW, 1, 2, 4, 5);
        var comparison = Comparison.of(left, right);
        assertEquals(List.of(new Difference("training.steps", "300", "400")), comparison.settings());
        assertEquals(List.of(new Difference("layers.0-2.moe.router", "top-k", "cosine")), comparison.wiring());
        assertEquals(List.of(new Difference("layers.0-2.moe.router", OLD.toString(), NEW.toString())), comparison.bundles());
        assertEquals(1, comparison.changes().size());
        assertTrue(comparison.changes().getFirst().left().startsWith("step 150: layers.*.moe.router ← cosine of patchbay.router.cosine 0.1.0"));
        assertEquals(new Comparison.Losses(3, 2, 3, 3, 4, 1), comparison.losses());
        assertEquals(List.of(new Comparison.Evaluations(3, 0.5, 0.5)), comparison.evaluations());
        assertFalse(comparison.sameNumbers());
        assertTrue(comparison.toText().contains("step 3 is the first that differs: 3.0 | 4.0"), comparison.toText());
    }

    @Test
    void oneBitIsADifference() {
        var left = run("", "0.1.0", wiring("top-k", OLD), 1, OLD, 1, 2);
        var right = run("", "0.1.0", wiring("top-k", OLD), 1, OLD, 1, Math.nextUp(2f));
        assertEquals(2, Comparison.of(left, right).losses().firstDiffering());
    }

    @Test
    void runsThatHaveNotBegunCanBeCompared() {
        var left = RunFolder.create(runs, "a", "name: a\n");
        var right = RunFolder.create(runs, "b", "name: b\n");
        var comparison = Comparison.of(left, right);
        assertEquals(List.of(new Difference("name", "a", "b")), comparison.settings());
        assertFalse(comparison.losses().same());
        assertTrue(comparison.toText().contains("no step that both have"));
    }

    @Test
    void listsDifferByElementAndEmptyIsNone() {
        var left = RunFolder.create(runs, "a", "{swaps: [{step: 5, plugin: cosine}], prompts: [x], none: []}");
        var right = RunFolder.create(runs, "b", "{swaps: [], prompts: [x, y], none: {}}");
        assertEquals(List.of(new Difference("swaps.0.step", "5", ""), new Difference("swaps.0.plugin", "cosine", ""),
                new Difference("prompts", "[\"x\"]", "[\"x\",\"y\"]")), Comparison.of(left, right).settings());
    }

    @Test
    void layersAreToldAsRanges() {
        assertEquals("0-3,5,7-8", SocketRange.ranges(List.of(5, 0, 1, 2, 3, 8, 7)));
        var collapsed = SocketRange.collapse(List.of(fitted("position", "rope"), fitted("layers.0.moe.router", "a"), fitted("layers.1.moe.router", "b"),
                fitted("layers.2.moe.router", "a")));
        assertEquals(List.of("position", "layers.0,2.moe.router", "layers.1.moe.router"), collapsed.stream().map(Fitted::socket).toList());
    }

    @Test
    void effectOfASwapIsTakenFromBothItsSides() {
        var entries = new ArrayList<Event>(List.of(new Event.Started(0, List.of()), new Event.Evaluated(2, 2.5, Map.of()),
                new Event.Evaluated(4, 2.25, Map.of()), swapped(4, OLD), new Event.Evaluated(4, 3, Map.of()), new Event.Evaluated(6, 2, Map.of()),
                new Event.RolledBack(6, "command", List.of(fitted("layers.0.moe.router", "cosine")), List.of(fitted("layers.0.moe.router", "top-k")), Transfer.none(), 2)));
        var run = RunFolder.create(runs, "a", "");
        try (var metrics = Metrics.open(run.metrics())) {
            for (int step = 1; step <= 8; step++) {
                metrics.append(new Measurement(step, 1, 1, 1, step <= 4 ? 100 : 200, 1, Map.of("layers.0.moe", step <= 4 ? new float[] {2, 2} : new float[] {4, 0}), Map.of()));
            }
        }
        var effects = SwapEffect.of(history(entries), Series.read(run.metrics()));
        assertEquals(new SwapEffect(4, "layers.*.moe.router ← cosine", 2.25, 3, 2, 0, 1, 100, 200, 12), effects.get(0));
        assertEquals(new SwapEffect(6, "back to top-k", 2, Double.NaN, Double.NaN, 1, 1, 200, 200, 2), effects.get(1));
        assertTrue(SwapEffect.table(effects, "tokens").contains("validation loss        2.2500     2.0000"), SwapEffect.table(effects, "tokens"));
        assertEquals(List.of(), SwapEffect.of(history(List.of()), Series.read(runs.resolve("none"))));
    }

    private RunFolder run(String yaml, String version, List<Fitted> wiring, long swapStep, Provider provider, float... losses) {
        var folder = RunFolder.create(runs, "run", yaml);
        folder.write(ProvenanceTest.provenance(1, version));
        try (var journal = Journal.open(folder.journal()); var metrics = Metrics.open(folder.metrics())) {
            journal.append(new Event.Started(0, wiring));
            journal.append(swapped(swapStep, provider));
            for (int i = 0; i < losses.length; i++) {
                metrics.append(new Measurement(i + 1, losses[i], 1, 1, 1, 1, Map.of(), Map.of()));
            }
            journal.append(new Event.Evaluated(3, 0.5, Map.of()));
            journal.append(new Event.Finished(losses.length));
        }
        return folder;
    }

    private static List<Fitted> wiring(String router, Provider provider) {
        return List.of(fitted("position", "rope"), new Fitted("layers.0.moe.router", "router", router, Map.of(), provider),
                new Fitted("layers.1.moe.router", "router", router, Map.of(), provider), new Fitted("layers.2.moe.router", "router", router, Map.of(), provider));
    }

    private static Fitted fitted(String socket, String plugin) {
        return new Fitted(socket, "router", plugin, Map.of(), Provider.CLASS_PATH);
    }

    private static Event.Swapped swapped(long step, Provider provider) {
        return new Event.Swapped(step, "layers.*.moe.router", "cosine", Map.of(), "planned", List.of(),
                List.of(new Fitted("layers.0.moe.router", "router", "cosine", Map.of(), provider)), Transfer.none(), 12);
    }

    private static History history(List<Event> events) {
        return new History(events.stream().map(event -> new History.Entry(Instant.EPOCH, event)).toList());
    }
}
