package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Cache;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.model.ModelSettings.Kept;
import patchbay.tensor.reference.ReferenceEngine;

/** Caches that keep a byte a number. */
class ByteCachesTest {

    private static final ModelSettings SETTINGS =
            new ModelSettings(2, 64, 2, 96, 12, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
    private static final int VOCABULARY = 11;
    private static final int[] TOKENS = new SplittableRandom(5).ints(SETTINGS.context(), 0, VOCABULARY).toArray();

    private static Decoder decoder(Kept cache) {
        return PlainParts.decoder(SETTINGS.withCache(cache), VOCABULARY);
    }

    private static long bytes(Kept cache) {
        return Generator.caches(decoder(cache)).stream().mapToLong(Cache::bytes).sum();
    }

    /** Keys and values of 2 heads of 32 in 2 layers: a byte each, and four of a scale for 32. */
    @Test
    void theyTakeAQuarterAndTheScales() {
        assertEquals(4 * 96 * 64 * Float.BYTES, bytes(Kept.f32));
        assertEquals(4 * 96 * (64 + 2 * Float.BYTES), bytes(Kept.int8));
    }

    @Test
    void logitsStayNear() {
        try (var engine = new CpuEngine(1)) {
            var values = engine.variables();
            try (var exact = new Generator(engine, decoder(Kept.f32), values); var narrow = new Generator(engine, decoder(Kept.int8), values)) {
                exact.read(Arrays.copyOf(TOKENS, 71));
                narrow.read(Arrays.copyOf(TOKENS, 71));
                var expected = exact.logits();
                var logits = narrow.logits();
                double error = 0, size = 0;
                for (int i = 0; i < logits.length; i++) {
                    error += Math.pow(logits[i] - expected[i], 2);
                    size += Math.pow(expected[i], 2);
                }
                assertTrue(error > 0, "rounded");
                assertTrue(Math.sqrt(error / size) < 0.02, "by " + Math.sqrt(error / size));
            }
        }
    }

    /** What is forked and cut back is what it would have been alone, bit for bit. */
    @Test
    void theyAreForkedAndCut() {
        var engine = new ReferenceEngine();
        var values = engine.variables();
        try (var first = new Generator(engine, decoder(Kept.int8), values); var alone = new Generator(engine, decoder(Kept.int8), values)) {
            first.read(Arrays.copyOf(TOKENS, 40));
            alone.read(Arrays.copyOf(TOKENS, 40));
            try (var fork = first.fork()) {
                first.read(1, 2, 3);
                fork.read(4);
                first.cut(40);
                first.read(5, 6);
                fork.cut(40);
                fork.read(5, 6);
                alone.read(5, 6);
                assertArrayEquals(alone.logits(), first.logits());
                assertArrayEquals(alone.logits(), fork.logits());
            }
        }
    }
}
