package patchbay.position.relative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PositionContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class RelativePositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new RelativePosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("buckets", 4, "farthest", 9));
    }

    /** The buckets of distances, as a table that holds its own numbers yields them. */
    private static int[] buckets(int nearest, int distances, Map<String, Object> options) {
        var settings = new ModelSettings(1, 4, 1, 8, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var position = new RelativePosition();
        graph.output("bias", position.bias(new Bench(new Building(graph, Mode.EVALUATION, settings), "p", options).scope(position), 1, nearest,
                distances).orElseThrow());
        try (var trial = Trial.of(graph)) {
            var table = new float[trial.variables().type("p.bias").size()];
            for (int i = 0; i < table.length; i++) {
                table[i] = i;
            }
            trial.set("p.bias", table);
            var bias = trial.run().floats("bias");
            var buckets = new int[bias.length];
            for (int i = 0; i < bias.length; i++) {
                buckets[i] = (int) bias[i];
            }
            return buckets;
        }
    }

    @Test
    void halfAreSingleDistancesTheOthersGrow() {
        var buckets = buckets(0, 200, Map.of());
        for (int distance = 0; distance < 200; distance++) {
            int expected = distance < 16 ? distance : Math.min(31, 16 + (int) (16 * Math.log(distance / 16.0) / Math.log(8)));
            assertEquals(expected, buckets[distance], "distance " + distance);
        }
        assertEquals(16, buckets[16]);
        assertEquals(31, buckets[127]);
    }

    @Test
    void whatComesAfterHasBucketsOfItsOwn() {
        assertArrayEquals(new int[] {7, 6, 6, 6, 5, 0, 1, 2, 2, 2, 3}, buckets(-5, 11, Map.of("buckets", 8, "farthest", 9)));
    }

    @Test
    void tooFewBucketsAreTheUsersMistake() {
        var few = assertThrows(UserError.class, () -> buckets(0, 3, Map.of("buckets", 2)));
        assertTrue(few.getMessage().contains("buckets is 2"), few.getMessage());
        var near = assertThrows(UserError.class, () -> buckets(0, 3, Map.of("farthest", 20)));
        assertTrue(near.getMessage().contains("farthest is 20"), near.getMessage());
    }
}
