package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

@Timeout(120)
class EngineCommandTest {

    @TempDir
    Path folder;

    @Test
    void aRunMovesToAnotherEngineAndBack() throws Exception {
        try (var workshop = new Workshop(folder)) {
            var none = workshop.execute("engine");
            assertTrue(none.lines().anyMatch(line -> line.matches("cpu +asked for +1 thread.*")), none);
            assertTrue(none.lines().anyMatch(line -> line.matches("reference +plain kernels in one thread.*")), none);
            var run = workshop.endless();
            assertTrue(workshop.execute("engine").contains("run " + run.id() + " computes on cpu"));
            var moved = workshop.execute("engine reference");
            assertTrue(moved.matches("(?s)step \\d+: engine: cpu → reference\\n.* \\d+ carried, 0 new, 0 lost; the training stood still for .*"), moved);
            assertTrue(workshop.execute("status").lines().anyMatch(line -> line.matches("engine +reference")));
            var already = assertThrows(UserError.class, () -> workshop.execute("engine reference"));
            assertTrue(already.getMessage().contains("computes on reference already"), already.getMessage());
            assertTrue(workshop.execute("engine " + run.id() + " cpu").contains("engine: reference → cpu"));
            assertTrue(workshop.execute("rollback").contains("rolled back engine: cpu → reference"));
            run.pause();
            assertTrue(workshop.execute("swap engine cpu").contains("engine: reference → cpu"), "it is a socket like others");
        }
    }
}
