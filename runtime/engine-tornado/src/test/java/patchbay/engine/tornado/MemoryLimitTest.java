package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** Programs that a real device has no room for. */
@NeedsTornado
class MemoryLimitTest {

    private static final long GIBIBYTE = 1 << 30;

    /** PoCL has as much memory as {@code POCL_MEMORY_LIMIT} says, in GiB; the build sets that to 1. */
    @Test
    void whatDoesNotFitIsRefusedBeforeItStarts() {
        try (var engine = new TornadoEngine(name -> Optional.ofNullable(System.getProperty(name)))) {
            assumeTrue(engine.memory() <= GIBIBYTE, "the device has more than 1 GiB");
            var variables = engine.variables();
            var many = new Graph();
            var sum = many.input("x", TensorType.f32(50, 1 << 20));
            for (int i = 0; i < 5; i++) {
                sum = sum.add(many.input("x" + i, TensorType.f32(50, 1 << 20)));
            }
            many.output("y", sum.sum());
            var error = assertThrows(UserError.class, () -> engine.compile(many, variables));
            assertTrue(error.getMessage().matches("this program needs 1\\d\\d\\d MiB more on device .*, which has \\d+ MiB, of which 0 MiB are in use"),
                    error.getMessage());
            var one = new Graph();
            one.output("y", one.input("x", TensorType.f32(300, 1 << 20)).sum());
            error = assertThrows(UserError.class, () -> engine.compile(one, variables));
            assertTrue(error.getMessage().startsWith("a tensor of 1200 MiB is too large for device "), error.getMessage());
            var small = new Graph();
            small.output("y", small.input("x", TensorType.f32(3)).add(1));
            try (var program = engine.compile(small, variables)) {
                program.write("x", new float[] {1, 2, 3});
                program.run();
                assertArrayEquals(new float[] {2, 3, 4}, program.floats("y"));
            }
        }
    }
}
