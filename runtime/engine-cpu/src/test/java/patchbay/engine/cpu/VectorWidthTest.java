package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import patchbay.engine.cpu.vector.EveryTwin;
import patchbay.engine.cpu.vector.Vectors;
import patchbay.tensor.UserError;

/** The choice of {@code patchbay.vector}: a width is a constant of a process, so others are tried in processes of their own. */
@Timeout(value = 120)
class VectorWidthTest {

    static Stream<Integer> otherWidths() {
        return Stream.of(64, 128, 256, 512).filter(width -> width <= Vectors.greatest() && width != Vectors.bits());
    }

    @ParameterizedTest
    @MethodSource("otherWidths")
    void everyTwinAgreesWithThePlainKernelAtOtherWidths(int width) throws Exception {
        var out = java(List.of("--add-modules", "jdk.incubator.vector", "-Dpatchbay.vector=" + width), EveryTwin.class);
        assertTrue(out.contains("vectors of " + width + " bits because of patchbay.vector=" + width + "\n"), out);
        assertTrue(out.endsWith("all agree\n"), out);
    }

    @Test
    void withoutTheModuleThePlainKernelsRunAndTheFlagIsNamed() throws Exception {
        var out = java(List.of(), PlainStep.class);
        assertTrue(out.contains("plain kernels because the JVM runs without --add-modules jdk.incubator.vector\n"), out);
        assertTrue(out.endsWith("loss " + PlainStep.loss(CpuEngine.plain(2)) + "\n"), out);
    }

    @Test
    void anythingElseIsAMistakeThatNamesTheChoices() {
        assertEquals("unknown vector width (patchbay.vector) '100'; did you mean '128'? valid: 128, 256, 512, 64, off",
                assertThrows(UserError.class, () -> Twins.of("100")).getMessage());
        int other = Vectors.bits() == 128 ? 64 : 128;
        assertEquals("patchbay.vector=" + other + ": this process computes with vectors of " + Vectors.bits() + " bits already",
                assertThrows(UserError.class, () -> Twins.of(Integer.toString(other))).getMessage());
        assertEquals("cpu: 1 thread, plain kernels because of patchbay.vector=off", new CpuEngine(1, Twins.of("off"), false).description());
    }

    @Test
    void moreThanTheMachineHasIsRefused() throws Exception {
        var error = assertThrows(AssertionError.class, () -> java(List.of("--add-modules", "jdk.incubator.vector", "-XX:MaxVectorSize=16",
                "-Dpatchbay.vector=256"), PlainStep.class));
        assertTrue(error.getMessage().contains("patchbay.vector=256: this machine has vectors of at most 128 bits; valid: off, 64, 128\n"),
                error.getMessage());
    }

    /** What {@code main} says on standard output and, if it fails, on standard error. */
    private static String java(List<String> flags, Class<?> main) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-Xshare:auto"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), out);
        return out;
    }
}
