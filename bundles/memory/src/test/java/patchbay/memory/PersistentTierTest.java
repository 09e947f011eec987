package patchbay.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.contract.Trial;

class PersistentTierTest {

    private static final int DIM = 8;
    private static final int BLOCKS = 200;

    @TempDir
    Path folder;

    private static Layout layout(MemorySettings.Similarity similarity) {
        return new Layout("0123456789", 2, 2, DIM, 4, 4, similarity);
    }

    private static float[][] keys(int block) {
        return new float[][] {Trial.random(4 * 2 * DIM, block), Trial.random(4 * 2 * DIM, 1000 + block)};
    }

    /** Searches between the writing, so that there are many small parts, which are joined and joined again. */
    private PersistentTier filled(MemorySettings.Similarity similarity) {
        var tier = PersistentTier.open("t", folder, layout(similarity));
        for (int block = 0; block < BLOCKS; block++) {
            tier.add(new Block("s", 4L * block, "text", 4L * block, new int[] {block, 1, 2, 3}), keys(block), keys(5000 + block));
            if (block % 3 == 0) {
                tier.search(0, 0, List.of(Trial.random(DIM, 1)), 2, 2);
            }
        }
        return tier;
    }

    @ParameterizedTest
    @EnumSource
    void theNearestAreFound(MemorySettings.Similarity similarity) {
        try (var tier = filled(similarity)) {
            int hits = 0;
            for (int trial = 0; trial < 20; trial++) {
                var probe = Trial.random(DIM, 777 + trial);
                var expected = IntStream.range(0, BLOCKS).boxed()
                        .sorted(Comparator.comparingDouble(block -> -score(probe, mean(keys(block)[1], 1), similarity))).limit(40)
                        .sorted(Comparator.comparingDouble(block -> -bestProduct(probe, ofGroup(keys(block)[1])))).limit(10).toList();
                var found = tier.search(1, 1, List.of(probe), 40, 10);
                assertEquals(expected.getFirst(), found.getFirst());
                hits += (int) found.stream().filter(expected::contains).count();
            }
            assertEquals(200, hits, 10, "of 200 nearest");
        }
    }

    private static float[] mean(float[] keys, int group) {
        var mean = new float[DIM];
        for (int row = 0; row < 4; row++) {
            for (int d = 0; d < DIM; d++) {
                mean[d] += keys[(row * 2 + group) * DIM + d] / 4;
            }
        }
        return mean;
    }

    private static double score(float[] probe, float[] key, MemorySettings.Similarity similarity) {
        double dot = 0;
        double square = 0;
        for (int d = 0; d < DIM; d++) {
            dot += probe[d] * key[d];
            square += key[d] * key[d];
        }
        return similarity == MemorySettings.Similarity.dot ? dot : dot / Math.sqrt(square);
    }

    /** One key of a block points where the probe does, but its neighbours point the other way, so that their mean says nothing of it. */
    @Test
    void aKeyIsFoundWhoseNeighboursHideIt() {
        try (var tier = filled(MemorySettings.Similarity.dot)) {
            var probe = Trial.random(DIM, 777);
            var hiding = keys(1);
            for (int row = 0; row < 4; row++) {
                for (int d = 0; d < DIM; d++) {
                    hiding[1][(row * 2 + 1) * DIM + d] = (row == 0 ? 3 : -1) * probe[d];
                }
            }
            tier.add(new Block("s", 4L * BLOCKS, "text", 4L * BLOCKS, new int[4]), hiding, keys(1));
            assertFalse(tier.search(1, 1, List.of(probe), 10, 10).contains(BLOCKS));
            assertEquals(BLOCKS, tier.search(1, 1, List.of(probe), BLOCKS, 10).getFirst());
        }
    }

    @Test
    void eachProbeHasItsShare() {
        try (var tier = filled(MemorySettings.Similarity.dot)) {
            var one = Trial.random(DIM, 777);
            var other = Trial.random(DIM, 778);
            var both = tier.search(1, 1, List.of(one, other), 80, 4);
            assertEquals(tier.search(1, 1, List.of(one), 40, 1).getFirst(), both.get(0));
            assertEquals(tier.search(1, 1, List.of(other), 40, 1).getFirst(), both.get(1));
        }
    }

    private static double bestProduct(float[] probe, float[] keys) {
        return IntStream.range(0, keys.length / DIM)
                .mapToDouble(row -> score(probe, Arrays.copyOfRange(keys, row * DIM, (row + 1) * DIM), MemorySettings.Similarity.dot)).max().orElseThrow();
    }

    @Test
    void blocksAndRowsSurviveARestart() {
        filled(MemorySettings.Similarity.dot).close();
        try (var tier = PersistentTier.open("t", folder, layout(MemorySettings.Similarity.dot))) {
            assertEquals(BLOCKS, tier.blocks());
            var keys = new float[4 * DIM];
            var values = new float[4 * DIM];
            for (int block = 0; block < BLOCKS; block++) {
                assertEquals(block, tier.block(block).tokens()[0]);
                assertEquals(4L * block, tier.block(block).position());
                tier.read(block, 1, 1, keys, values);
                assertArrayEquals(ofGroup(keys(block)[1]), keys, 1e-3f);
                assertArrayEquals(ofGroup(keys(5000 + block)[1]), values, 1e-3f);
            }
            tier.add(new Block("s", 800, "text", 800, new int[4]), keys(1), keys(1));
            assertEquals(BLOCKS + 1, tier.blocks());
        }
    }

    private static float[] ofGroup(float[] rows) {
        var of = new ArrayList<Float>();
        for (int row = 0; row < 4; row++) {
            for (int d = 0; d < DIM; d++) {
                of.add(rows[(row * 2 + 1) * DIM + d]);
            }
        }
        var floats = new float[of.size()];
        IntStream.range(0, floats.length).forEach(i -> floats[i] = of.get(i));
        return floats;
    }
}
