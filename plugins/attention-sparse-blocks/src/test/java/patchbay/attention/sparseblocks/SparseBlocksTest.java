package patchbay.attention.sparseblocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class SparseBlocksTest extends AttentionContract {

    /** Few tokens are many blocks. */
    private static final Map<String, Object> SMALL = Map.of("block", 4, "stride", 2, "selected-block", 4, "selected", 4, "queries", 2, "window", 3,
            "growth", 2, "level-keys", 3);
    private static final Map<String, Object> PAPER = Map.of("block", 4, "stride", 2, "selected-block", 4, "selected", 4, "queries", 1, "window", 3,
            "growth", 1, "key-heads", 1);

    @Override
    protected Attention plugin() {
        return new SparseBlocks();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), SMALL, PAPER);
    }

    /** With room for all blocks: where some are left out, a small step may change which. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return optionSets().stream().<Map<String, Object>>map(options -> {
            var all = new LinkedHashMap<>(options);
            all.put("selected", 40);
            return all;
        }).toList();
    }

    /** x [T, 8] through the plugin with only one gate open: 0 compressed, 1 selected, 2 window. */
    private static float[] branch(int open, float[] x, Map<String, Object> options) {
        int time = x.length / 8;
        var settings = new ModelSettings(1, 8, 2, time, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var attention = new SparseBlocks();
        var bench = new Bench(new Building(graph, Mode.EVALUATION, settings), "a", options);
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(1, time, 8), x)));
        try (var trial = Trial.of(graph)) {
            trial.set("a.gate", new float[8 * 6]);
            var bias = new float[6];
            for (int i = 0; i < 6; i++) {
                bias[i] = i / 2 == open ? 40 : -200;
            }
            trial.set("a.gate-bias", bias);
            return trial.run().floats("y");
        }
    }

    /** Every block selected. */
    @ParameterizedTest
    @CsvSource({"1, 4", "2, 4", "2, 2", "2, 8", "3, 2", "4, 8"})
    void theSelectedBranchWithRoomForAllBlocksIsFullAttention(int growth, int selectedBlock) {
        var x = Trial.random(37 * 8, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()),
                branch(1, x, Map.of("block", 4, "stride", 2, "selected-block", selectedBlock, "selected", 19, "queries", 2, "growth", growth)), 1e-5f);
    }

    @Test
    void theWindowBranchWithAWindowAsLongAsTheTextIsFullAttention() {
        var x = Trial.random(37 * 8, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), branch(2, x, Map.of()), 1e-5f);
    }

    /** Runs of one token, summed up to themselves but for the network, whose output is switched off. */
    @Test
    void theCompressedBranchOfRunsOfOneTokenIsFullAttention() {
        var x = Trial.random(37 * 8, 1);
        var settings = new ModelSettings(1, 8, 2, 37, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var attention = new SparseBlocks();
        var bench = new Bench(new Building(graph, Mode.EVALUATION, settings), "a",
                Map.of("block", 1, "stride", 1, "selected-block", 1, "selected", 3, "queries", 1, "growth", 1));
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(1, 37, 8), x)));
        try (var trial = Trial.of(graph)) {
            trial.set("a.gate", new float[8 * 6]);
            trial.set("a.gate-bias", 40, 40, -200, -200, -200, -200);
            trial.set("a.summary-key-out", new float[16]);
            trial.set("a.summary-value-out", new float[16]);
            assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), trial.run().floats("y"), 1e-5f);
        }
    }

    /** The compressed branch sees what is far away by the levels above, and of the tokens that have not ended a stride nothing. */
    @Test
    void theCompressedBranchSeesEverythingThatHasEndedAStride() {
        var x = Trial.random(38 * 8, 1);
        var options = Map.<String, Object>of("block", 4, "stride", 4, "selected-block", 4, "selected", 3, "queries", 4, "growth", 2, "level-keys", 1);
        var before = branch(0, x, options);
        for (int token = 0; token < 38; token++) {
            var changed = x.clone();
            changed[8 * token] += 1;
            var after = branch(0, changed, options);
            boolean seen = IntStream.range(36 * 8, 37 * 8).anyMatch(i -> Math.abs(after[i] - before[i]) > 1e-6); // by token 36
            assertEquals(token < 36 || token == 36, seen, "token " + token); // 36 is the query itself
        }
    }

    @Test
    void sizesThatDoNotFitAreTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("block", 24), Map.of("selected", 2), Map.of("selected-block", 128), Map.of("selected-block", 8),
                Map.of("queries", 3), Map.of("growth", 1, "selected-block", 40), Map.of("window", 0), Map.of("growth", 0))) {
            var error = assertThrows(UserError.class, () -> output(new SparseBlocks(), Trial.random(96, 1), options), options.toString());
            assertTrue(error.getMessage().contains(options.keySet().stream().filter(name -> !name.equals("growth") || options.size() == 1).findFirst().orElseThrow()),
                    error.getMessage());
        }
    }
}
