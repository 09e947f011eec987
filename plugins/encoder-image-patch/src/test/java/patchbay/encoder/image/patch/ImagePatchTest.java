package patchbay.encoder.image.patch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

class ImagePatchTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new ImagePatch();
    }

    @Override
    protected List<byte[]> examples() {
        return PictureFiles.examples();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("size", 8, "layers", 1, "heads", 2), Map.of("size", 6, "patch", 3, "layers", 1, "heads", 1, "dim", 5, "hidden", 7, "summary", "class", "grey", true),
                Map.of("size", 8, "layers", 1, "heads", 2, "shift", 0.2, "zoom", 0.2, "tint", 0.2, "mirror", true));
    }

    @Test
    void patchesMustFit() {
        var size = sizes().getFirst();
        var bench = new Bench(new Building(new Graph(), Mode.TRAINING, size.settings()), "encoders.image", Map.of("size", 10, "patch", 4));
        var error = assertThrows(UserError.class, () -> bench.scope(plugin(), 1, List::of));
        assertTrue(error.getMessage().contains("a side of 10 pixels cannot be cut into patches of 4"), error.getMessage());
    }
}
