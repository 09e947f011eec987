package patchbay.attention.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.tensor.UserError;

class LatentAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new LatentAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("path", "absorbed", "rank", 5), Map.of("path", "naive", "rotary", 4, "query-rank", 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 9})
    void theNaiveAndTheAbsorbedPathAgree(int rank) {
        var x = Trial.random(96, 1);
        var options = new HashMap<String, Object>(Map.of("rank", rank, "rotary", 2, "path", "naive"));
        var naive = output(new LatentAttention(), x, options);
        options.put("path", "absorbed");
        Trial.assertClose(naive, output(new LatentAttention(), x, options), 1e-5, "rank " + rank);
    }

    /** Of dim 16 in 4 heads a token's keys and values would be 32 numbers; its latent vector is 4, its rotary key 2. */
    @Test
    void theCacheIsTheLatentVectorAndTheRotaryKey() {
        var settings = new ModelSettings(1, 16, 4, 20, 12, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var caches = Generator.caches(PlainParts.decoder(settings, 11, new LatentAttention(), Map.of()));
        assertEquals(1, caches.size());
        assertEquals(6 * Float.BYTES, caches.getFirst().bytesPerToken());
    }

    @Test
    void anOddRotaryKeyIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new LatentAttention(), Trial.random(96, 1), Map.of("rotary", 3)));
        assertTrue(error.getMessage().contains("rotary 3"), error.getMessage());
    }
}
