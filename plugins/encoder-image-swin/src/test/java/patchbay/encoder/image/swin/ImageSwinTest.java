package patchbay.encoder.image.swin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.contract.PictureFiles;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class ImageSwinTest extends EncoderContract {

    private static final Map<String, Object> SHIFTED = Map.of("size", 16, "patch", 2, "window", 4, "layers", "2", "heads", "1", "grey", true);

    @Override
    protected Encoder plugin() {
        return new ImageSwin();
    }

    @Override
    protected List<byte[]> examples() {
        return PictureFiles.examples();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("size", 8, "patch", 2, "window", 2, "layers", "2,1", "heads", "2,2"), SHIFTED,
                Map.of("size", 6, "patch", 3, "dim", 4, "layers", "1,1", "heads", "1,4", "mirror", true));
    }

    private static Bench bench(Map<String, Object> options) {
        return new Bench(new Building(new Graph(3), Mode.EVALUATION, Size.of(1, 1, 1, 8, 8, 1, 1).settings()), "encoders.image", options);
    }

    /** Which patches of 8 × 8 one at {@code row} and {@code column} changes, after a block of windows of 4 and one of windows that are moved by 2. */
    private boolean[] reached(int row, int column) {
        var bench = bench(SHIFTED);
        var graph = bench.building().graph();
        graph.output("sequence", plugin().forward(bench.scope(plugin(), 1, List::of)).sequence());
        try (var trial = Trial.of(graph)) {
            var pixels = Trial.random(256, 1);
            var before = trial.with("encoders.image/pixels", pixels).run().floats("sequence");
            pixels[2 * row * 16 + 2 * column] += 1;
            var after = trial.with("encoders.image/pixels", pixels).run().floats("sequence");
            var reached = new boolean[64];
            for (int i = 0; i < before.length; i++) {
                reached[i / 4] |= before[i] != after[i];
            }
            return reached;
        }
    }

    @Test
    void aPatchReachesTheMovedWindowsThatMeetItsOwnAndNoneAcrossTheBorder() {
        for (var at : List.of(0, 3, 5, 7)) {
            var reached = reached(at, 7 - at);
            int down = at < 4 ? 0 : 2, right = 7 - at < 4 ? 0 : 2; // of 4 × 4 windows' rows and columns, from 0 to 6 or from 2 to 8
            for (int i = 0; i < 64; i++) {
                boolean within = i / 8 >= down && i / 8 < down + 6 && i % 8 >= right && i % 8 < right + 6;
                assertEquals(within, reached[i], "from " + at + ", " + (7 - at) + " to " + i / 8 + ", " + i % 8);
            }
        }
    }

    @Test
    void sizesThatDoNotFitAreNamed() {
        assertMessage("stage 0 has 6 × 6 patches, which cannot be cut into windows of 4 × 4", Map.of("size", 12));
        assertMessage("layers has 2 stages and heads has 1", Map.of("heads", "2"));
        assertMessage("'2;2' is no list of whole numbers", Map.of("layers", "2;2"));
        assertMessage("stage 0 is 4 wide, which 3 heads do not divide evenly", Map.of("heads", "3,3"));
    }

    private void assertMessage(String part, Map<String, Object> options) {
        var error = assertThrows(UserError.class, () -> plugin().forward(bench(options).scope(plugin(), 1, List::of)));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }
}
