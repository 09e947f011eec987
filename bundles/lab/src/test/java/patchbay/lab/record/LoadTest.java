package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void evenLoadHasNoViolationAndFullEntropy() {
        var even = new float[] {6, 6, 6, 6};
        assertEquals(0, Load.maxVio(even));
        assertEquals(1, Load.entropy(even), 1e-12);
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, Load.shares(even));
    }

    @Test
    void collapseOnKOfEExpertsHasViolationEOverKMinusOne() {
        assertEquals(8 / 2.0 - 1, Load.maxVio(new float[] {0, 40, 0, 0, 0, 40, 0, 0}), 1e-12);
        assertEquals(8 - 1, Load.maxVio(new float[] {0, 0, 0, 0, 0, 0, 0, 5}), 1e-12);
        assertEquals(Math.log(2) / Math.log(8), Load.entropy(new float[] {0, 40, 0, 0, 0, 40, 0, 0}), 1e-12);
        assertEquals(0, Load.entropy(new float[] {0, 9, 0}), 1e-12);
    }

    @Test
    void byHand() {
        var counts = new float[] {1, 2, 3, 6}; // mean 3
        assertEquals(1, Load.maxVio(counts), 1e-12);
        assertEquals((Math.log(12) / 12 + Math.log(6) / 6 + Math.log(4) / 4 + Math.log(2) / 2) / Math.log(4), Load.entropy(counts), 1e-12);
    }

    @Test
    void nothingRoutedIsEven() {
        for (var counts : new float[][] {{}, {0}, {0, 0, 0}, {5}}) {
            assertEquals(0, Load.maxVio(counts));
            assertEquals(1, Load.entropy(counts));
        }
        assertArrayEquals(new double[] {0.5, 0.5}, Load.shares(new float[2]));
    }

    @Test
    void ofTheRunIsOfTheSums() {
        var load = new RunLoad();
        load.add(step(1, 4, 0));
        load.add(step(2, 0, 4));
        var row = load.rows(1).getFirst();
        assertEquals(1, row.maxVio());
        assertEquals(0, row.maxVioOfRun());
        assertArrayEquals(new double[] {4, 4}, row.run());
        assertEquals(List.of(0), row.dead());
        assertEquals(List.of(), load.rows(2).getFirst().dead());
    }

    @Test
    void expertThatWasAddedIsNotDeadBeforeItsTime() {
        var load = new RunLoad();
        for (int step = 1; step <= 10; step++) {
            load.add(step(step, 1, 1));
        }
        load.add(step(11, 1, 1, 0));
        load.add(step(12, 1, 1, 0));
        assertEquals(List.of(), load.rows(3).getFirst().dead());
        load.add(step(13, 1, 1, 0));
        assertEquals(List.of(2), load.rows(3).getFirst().dead());
        assertArrayEquals(new double[] {13, 13, 0}, load.rows(3).getFirst().run());
        load.add(step(14, 1, 1));
        assertArrayEquals(new double[] {1, 1}, load.rows(3).getFirst().run());
    }

    @Test
    void tableHasALineALayer() {
        assertEquals("no mixture layer has routed a token yet", new RunLoad().table(5));
        var load = new RunLoad();
        load.add(step(1, 3, 1));
        var lines = load.table(1).lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.get(1).matches("layers\\.0\\.moe +0\\.500 +0\\.500 +0\\.811  -       3     1"), lines.get(1));
    }

    @Test
    void tableTellsQuantilesMassAndDrops() {
        var load = new RunLoad();
        load.add(new Measurement(1, 1, 1, 1, 1, 1, Map.of("layers.0.moe", new float[] {3, 1}, "layers.1.moe", new float[] {2, 2}),
                Map.of("layers.0.moe.mass", new float[] {1, 0.25f}, "layers.0.moe.dropped", new float[] {1, 0})));
        var table = load.table(1);
        assertTrue(table.contains("p50              0.250     0.250"), table);
        assertTrue(table.contains("p90              0.450"), table);
        assertTrue(table.contains("layers.0.moe  gate's mass, percent 80    20"), table);
        assertTrue(table.contains("layers.0.moe  dropped 1     0: 25.0 % of the batch, 25.0 % of the run"), table);
    }

    @Test
    void quantilesLieBetweenTheValues() {
        assertEquals(2, Load.quantile(new double[] {3, 1, 2}, 0.5), 1e-12);
        assertEquals(3, Load.quantile(new double[] {3, 1, 2}, 1), 1e-12);
        assertEquals(2.8, Load.quantile(new double[] {3, 1, 2}, 0.9), 1e-12);
        assertEquals(7, Load.quantile(new double[] {7}, 0.9), 1e-12);
    }

    @Test
    void mutualInformationOfDomainAndExpert() {
        assertEquals(0, Load.mutualInformation(new double[][] {{2, 4}, {1, 2}}), 1e-12, "chosen regardless of the domain");
        assertEquals(Math.log(2), Load.mutualInformation(new double[][] {{5, 0}, {0, 5}}), 1e-12, "an expert a domain");
        assertEquals(0, Load.mutualInformation(new double[][] {{0, 0}, {0, 0}}), 1e-12);
        double byHand = 0.5 * Math.log(0.5 / (0.5 * 0.75)) + 0.25 * Math.log(0.25 / (0.5 * 0.75)) + 0.25 * Math.log(0.25 / (0.5 * 0.25));
        assertEquals(byHand, Load.mutualInformation(new double[][] {{2, 0}, {1, 1}}), 1e-12);
    }

    private static Measurement step(long step, float... counts) {
        return new Measurement(step, 1, 1, 1, 1, 1, Map.of("layers.0.moe", counts), Map.of());
    }
}
