package patchbay.encoder.image.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import patchbay.contract.PartContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.media.Pixels;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

/** Pictures as they could have been too. */
class VarietyTest {

    private static final int BATCH = 40, SIZE = 5;

    /** What becomes, in step {@code draw}, of pictures whose points are numbered. */
    private static float[][] pictures(Pixels.Variety variety, Mode mode, int draw) {
        var graph = new Graph(3);
        var bench = new Bench(new Building(graph, mode, PartContract.Size.of(1, 1, 1, 4, 4, 1, 1).settings()), "encoders.image", Map.of());
        var numbers = new float[BATCH * SIZE * SIZE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % (SIZE * SIZE);
        }
        graph.output("y", variety.of(bench.scope(new ImagePatch(), BATCH, PlainParts.any()), graph.constant(Shape.of(BATCH, SIZE, SIZE, 1), numbers)));
        try (var trial = Trial.of(graph).with("draw", draw)) {
            var y = trial.run().floats("y");
            var pictures = new float[BATCH][];
            Arrays.setAll(pictures, i -> Arrays.copyOfRange(y, i * SIZE * SIZE, (i + 1) * SIZE * SIZE));
            return pictures;
        }
    }

    @Test
    void aMirroredPictureRunsFromRightToLeft() {
        var starts = new TreeSet<Integer>();
        for (var picture : pictures(new Pixels.Variety(0, 0, 0, true, 0), Mode.TRAINING, 1)) {
            int step = (int) (picture[1] - picture[0]);
            starts.add(step);
            for (int i = 0; i < picture.length; i++) {
                assertEquals(i / SIZE * SIZE + (step == 1 ? i % SIZE : SIZE - 1 - i % SIZE), picture[i]);
            }
        }
        assertEquals(new TreeSet<>(List.of(-1, 1)), starts);
    }

    @Test
    void aShiftedPictureIsItsBorderBeside() {
        var shifts = new TreeSet<Integer>();
        for (var picture : pictures(new Pixels.Variety(0.4f, 0, 0, false, 0), Mode.TRAINING, 2)) {
            int middle = (int) picture[SIZE * SIZE / 2];
            int down = middle / SIZE - SIZE / 2, right = middle % SIZE - SIZE / 2;
            shifts.add(down);
            shifts.add(10 + right);
            for (int i = 0; i < picture.length; i++) {
                assertEquals(Math.clamp(i / SIZE + down, 0, SIZE - 1) * SIZE + Math.clamp(i % SIZE + right, 0, SIZE - 1), picture[i]);
            }
        }
        assertEquals(new TreeSet<>(List.of(-2, -1, 0, 1, 2, 8, 9, 10, 11, 12)), shifts);
    }

    @Test
    void whatIsErasedIsARectangle() {
        int erased = 0;
        for (var picture : pictures(new Pixels.Variety(0, 0, 0, false, 0.7f), Mode.TRAINING, 3)) {
            var rows = new TreeSet<Integer>();
            var columns = new TreeSet<Integer>();
            for (int i = 1; i < picture.length; i++) { // the first is 0 anyway
                if (picture[i] != i) {
                    assertEquals(0, picture[i]);
                    rows.add(i / SIZE);
                    columns.add(i % SIZE);
                }
            }
            for (int i = 1; i < picture.length; i++) {
                assertEquals(rows.contains(i / SIZE) && columns.contains(i % SIZE), picture[i] == 0, "point " + i);
            }
            assertTrue(rows.size() <= 4 && columns.size() <= 4, "less than 3.5 wide");
            erased += rows.isEmpty() ? 0 : 1;
        }
        assertTrue(erased > BATCH / 2, erased + " of " + BATCH);
    }

    @Test
    void outsideOfTrainingItIsAsItIs() {
        for (var picture : pictures(new Pixels.Variety(0.4f, 0.4f, 0.4f, true, 0.4f), Mode.EVALUATION, 2)) {
            assertArrayEquals(pictures(new Pixels.Variety(0, 0, 0, false, 0), Mode.TRAINING, 1)[0], picture);
        }
    }
}
