package patchbay.encoder.image.conv;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.contract.PictureFiles;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class ImageConvTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new ImageConv();
    }

    @Override
    protected List<byte[]> examples() {
        return PictureFiles.examples();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("size", 12, "channels", 4, "stages", 2),
                Map.of("size", 7, "channels", 6, "stages", 2, "blocks", 2, "radix", 3, "stride", 1, "grey", true, "scale", "imagenet"),
                Map.of("size", 8, "channels", 4, "stages", 1, "radix", 1, "shift", 0.2, "tint", 0.1));
    }

    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return optionSets().stream().<Map<String, Object>>map(options -> {
            var smooth = new HashMap<>(options);
            smooth.put("activation", "gelu");
            return smooth;
        }).toList();
    }

    @Test
    void theRadixMustDivideTheChannels() {
        var bench = new Bench(new Building(new Graph(), Mode.TRAINING, sizes().getFirst().settings()), "encoders.image", Map.of("channels", 16, "radix", 3));
        var error = assertThrows(UserError.class, () -> plugin().forward(bench.scope(plugin(), 1, List::of)));
        assertTrue(error.getMessage().contains("a radix that divides the channels"), error.getMessage());
    }
}
