package patchbay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.tensor.UserError;

class MainTest {

    /** One round of turns as short as they get, in this JVM. */
    private static final Measuring TINY = new Measuring(0, 1, false, 1);
    private static final List<String> NAMES = Suite.here().names();

    @BeforeAll
    static void besideOtherBuilds() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    /** The first line of each benchmark, and those that are built in another way. */
    @ParameterizedTest
    @ValueSource(strings = {"gemm", "train", "attention", "ops"})
    void everyBenchmarkRuns(String name) throws Exception {
        var whole = Suite.here().named(name);
        var first = new Benchmark(name, whole.subject(), whole.ratio(), whole.lines().subList(0, 1));
        var text = new ByteArrayOutputStream();
        Main.run(new Request(List.of(name), true, List.of(1), false), new Suite(List.of(first)), TINY, new PrintStream(text, true, StandardCharsets.UTF_8));
        var lines = text.toString(StandardCharsets.UTF_8).strip().lines().toList();
        assertTrue(lines.get(1).startsWith(name), lines.get(1));
        assertTrue(lines.get(2).startsWith(first.lines().getFirst().name()), lines.get(2));
        var json = new ObjectMapper().readTree(lines.getLast()).path("lines").get(0);
        assertEquals(first.lines().getFirst().name(), json.path("line").asText());
        assertTrue(json.path("contenders").path("patchbay").path("median").asDouble() > 0, json.toString());
        assertTrue(json.path("share").path("median").asDouble() > 0, json.toString());
    }

    @Test
    void theGroupedProductAndTheMixtureRun() {
        for (var line : List.of(number("gemm", "8 experts, 2048 × 256 × 1024"), number("train", "nanoGPT's recipe, 8 experts"))) {
            assertTrue(line.contenders().getFirst().median() > 0);
        }
    }

    /** One swap and one run rebuilt instead, at full size. Until it is in use a swap may take as long: it is built while the training goes on. */
    @Test
    void aSwapIsMeasuredInALiveRun() {
        var figures = Suite.here().named("swap").measure(TINY, 0, 2);
        assertEquals(List.of("training stands still", "command to first step"), figures.stream().map(each -> each.line().name()).toList());
        assertTrue(figures.getFirst().ratio("rebuilt").orElseThrow().median() < 0.5, figures.toString());
        assertTrue(figures.getLast().contender("patchbay").orElseThrow().median() > figures.getFirst().contender("patchbay").orElseThrow().median());
    }

    /** Also where heads share keys, and with all gradients. */
    @Test
    void attentionOverLongTextsNeedsATwentiethOfTheMemoryOfItsSteps() {
        var footprints = Suite.here().named("attention").footprints();
        for (var footprint : List.of(footprints.getFirst(), footprints.getLast())) {
            assertTrue(footprint.measure().ratio() <= 0.05, footprint.name() + ": " + footprint.measure());
        }
    }

    private static Figures number(String benchmark, String line) {
        var chosen = Suite.here().named(benchmark);
        int number = chosen.lines().stream().map(Line::name).toList().indexOf(line);
        return TINY.measure(chosen, number, 2);
    }

    @Test
    void namesThreadsAndJsonAreRead() {
        assertEquals(new Request(List.of("ops", "gemm"), true, List.of(1), false), Request.parse(List.of("ops", "--threads", "1", "gemm", "--json"), NAMES));
        assertEquals(NAMES, Request.parse(List.of("all"), NAMES).names());
        assertEquals(NAMES, Request.parse(List.of(), NAMES).names());
    }

    @Test
    void aProfileNamesKernelsAndAllocation() {
        var text = new ByteArrayOutputStream();
        new StepProfile(0, 1).print(TrainingSteps.STEPS.getFirst(), 1, new PrintStream(text, true, StandardCharsets.UTF_8));
        var profile = text.toString(StandardCharsets.UTF_8);
        assertTrue(profile.contains("bytes allocated") && profile.contains("× MatMul.matmul"), profile);
    }

    @Test
    void mistakesNameWhatIsValid() {
        assertTrue(mistake("gem").contains("unknown benchmark 'gem'; did you mean 'gemm'?"), mistake("gem"));
        assertTrue(mistake("--jsn").contains("--json"), mistake("--jsn"));
        for (var threads : List.of("0", "x", "1,,2", "4096", "")) {
            assertTrue(mistake("--threads", threads).contains("--threads '" + threads + "': numbers from 1 to "), threads);
        }
        assertTrue(mistake("gemm", "--profile").contains("--profile goes with train alone"));
        assertTrue(mistake("--threads").contains("--threads ''"));
    }

    private static String mistake(String... arguments) {
        return assertThrows(UserError.class, () -> Request.parse(List.of(arguments), NAMES)).getMessage();
    }
}
