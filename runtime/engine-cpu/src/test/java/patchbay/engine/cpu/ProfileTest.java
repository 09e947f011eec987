package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** What is told of a program's launches, and that telling changes nothing. */
class ProfileTest {

    /** {@code y = x · w} and {@code √(y²)}, each of 64 × 32 by 32 × 16. */
    private static Graph graph() {
        var graph = new Graph();
        var y = graph.input("x", TensorType.f32(64, 32)).matmul(graph.parameter("w", Shape.of(32, 16), Initializer.normal(1)));
        graph.output("y", y);
        graph.output("z", graph.at("the root", () -> y.multiply(y).sqrt()));
        return graph;
    }

    @Test
    void timesOfEveryKernelAddUp() {
        try (var engine = new CpuEngine(2); var program = engine.compile(graph(), engine.variables())) {
            program.run();
            var before = program.floats("z");
            assertEquals(Optional.empty(), program.profile());
            program.profile(true);
            for (int i = 0; i < 3; i++) {
                program.run();
            }
            assertArrayEquals(before, program.floats("z"));
            var profile = program.profile().orElseThrow();
            assertEquals(3, profile.runs());
            assertEquals(3L * program.launches(), profile.total().launches());
            assertTrue(profile.total().nanoseconds() > 0 && profile.total().nanoseconds() <= profile.nanoseconds());
            var product = profile.kernels().stream().filter(work -> work.kernel().equals("MatMul.matmul")).findFirst().orElseThrow();
            assertEquals(3, product.launches());
            assertEquals("vector", product.form());
            assertEquals(3L * 2 * 64 * 32 * 16, product.operations());
            assertEquals(3L * 4 * (64 * 32 + 32 * 16 + 64 * 16), product.bytes());
            assertEquals(Set.of("", "the root"), profile.places().keySet());
            assertEquals(profile.total().nanoseconds(), profile.places().values().stream().mapToLong(time -> time).sum());
            program.profile(true);
            assertEquals(0, program.profile().orElseThrow().runs(), "from nothing again");
            program.profile(false);
            assertEquals(Optional.empty(), program.profile());
        }
    }

    @Test
    void aRecordingHoldsEveryLaunchThatItAsksFor(@TempDir Path folder) throws IOException {
        var file = folder.resolve("kernels.jfr");
        try (var engine = new CpuEngine(1); var program = engine.compile(graph(), engine.variables()); var recording = new Recording()) {
            recording.start();
            program.run(); // not asked for
            recording.enable(KernelEvent.class);
            program.run();
            program.profile(true); // both at once
            program.run();
            recording.disable(KernelEvent.class);
            program.run();
            recording.dump(file);
            var events = RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals("patchbay.Kernel")).toList();
            assertEquals(2 * program.launches(), events.size());
            var product = events.getFirst();
            assertEquals("MatMul.matmul", product.getString("kernel"));
            assertEquals("vector", product.getString("form"));
            assertEquals(64, product.getInt("rows"));
            assertEquals(64L * 2 * 32 * 16, product.getLong("operations"));
            assertTrue(product.getDuration().toNanos() > 0);
        }
    }
}
