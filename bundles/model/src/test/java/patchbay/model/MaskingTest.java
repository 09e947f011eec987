package patchbay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** Which tokens are hidden, and what is asked of them. */
class MaskingTest {

    private static final int BATCH = 8;
    private static final int TIME = 200;
    private static final int FIRST = 3;
    private static final int MASK = 2;
    private static final int VOCABULARY = 50;

    /** Reads nothing. */
    @Plugin("none")
    private static final class Nothing implements Encoder {

        @Override
        public Reader reader(Setting setting) {
            return new Reader() {
                @Override
                public Map<String, TensorType> inputs() {
                    return Map.of();
                }

                @Override
                public Row read(byte[] bytes) {
                    return new Row(Map.of(), Map.of());
                }
            };
        }

        @Override
        public Features forward(Scope scope) {
            throw new AssertionError("is not asked");
        }
    }

    /** Ids of 100 tokens each, then padding; sequence 0 is empty. */
    private static int[] ids() {
        var ids = new int[BATCH * TIME];
        Arrays.fill(ids, -1);
        for (int b = 1; b < BATCH; b++) {
            for (int t = 0; t < 100; t++) {
                ids[b * TIME + t] = t == 0 || t == 99 ? 1 : FIRST + (b * 31 + t * 7) % (VOCABULARY - FIRST);
            }
        }
        return ids;
    }

    private record Hidden(int[] seen, int[] places, int[] targets) {

        static Hidden of(Mode mode, int draw) {
            var graph = new Graph(1);
            var settings = new ModelSettings(1, 2, 1, 1, 1, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
            var scope = new Bench(new Building(graph, mode, settings), "encoders.text", Map.of()).scope(new Nothing(), BATCH, List::of);
            var masking = Masking.of(scope, graph.input("ids", TensorType.i32(BATCH, TIME)), MASK, FIRST, VOCABULARY);
            graph.output("seen", masking.ids());
            graph.output("places", masking.places());
            graph.output("targets", masking.targets());
            var engine = new ReferenceEngine();
            try (var program = engine.compile(graph, engine.variables())) {
                program.write("ids", ids());
                Optional.ofNullable(graph.inputs().get("draw")).ifPresent(_ -> program.write("draw", new int[] {draw}));
                program.run();
                return new Hidden(program.ints("seen"), program.ints("places"), program.ints("targets"));
            }
        }

        int asked() {
            return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
        }
    }

    @Test
    void aSeventhIsAskedForAndNothingElseIsTouched() {
        for (var mode : List.of(Mode.TRAINING, Mode.EVALUATION)) {
            var hidden = Hidden.of(mode, 3);
            var ids = ids();
            assertEquals(7 * 15, hidden.asked(), "15 in 98 of each of seven sequences");
            var chosen = new boolean[ids.length];
            for (int i = 0; i < hidden.places.length; i++) {
                if (hidden.targets[i] >= 0) {
                    assertFalse(chosen[hidden.places[i]], "asked for twice");
                    chosen[hidden.places[i]] = true;
                    assertEquals(ids[hidden.places[i]], hidden.targets[i]);
                    assertTrue(hidden.targets[i] >= FIRST, "a mark is never asked for");
                }
            }
            for (int i = 0; i < ids.length; i++) {
                if (!chosen[i]) {
                    assertEquals(ids[i], hidden.seen[i], mode + ", " + i);
                } else if (mode == Mode.EVALUATION) {
                    assertEquals(MASK, hidden.seen[i]);
                }
            }
        }
    }

    @Test
    void eightInTenAreMaskedOneIsAnotherAndOneStays() {
        int masked = 0, stay = 0, all = 0;
        for (int draw = 0; draw < 40; draw++) {
            var hidden = Hidden.of(Mode.TRAINING, draw);
            for (int i = 0; i < hidden.places.length; i++) {
                if (hidden.targets[i] >= 0) {
                    all++;
                    masked += hidden.seen[hidden.places[i]] == MASK ? 1 : 0;
                    stay += hidden.seen[hidden.places[i]] == hidden.targets[i] ? 1 : 0;
                    assertTrue(hidden.seen[hidden.places[i]] < VOCABULARY);
                }
            }
        }
        assertEquals(0.8, (double) masked / all, 0.02);
        assertEquals(0.1, (double) stay / all, 0.02); // and one in 47 by chance
    }

    @Test
    void anotherStepHidesOthers() {
        assertFalse(Arrays.equals(Hidden.of(Mode.TRAINING, 1).places, Hidden.of(Mode.TRAINING, 2).places));
        assertArrayEquals(Hidden.of(Mode.TRAINING, 1).places, Hidden.of(Mode.TRAINING, 1).places);
    }
}
