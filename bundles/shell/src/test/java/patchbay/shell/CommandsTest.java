package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.lab.Experiment;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunState;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Dtype;
import patchbay.weights.safetensors.SafetensorsFile;

@Timeout(120)
class CommandsTest {

    private static final String SWAPPING = "run tiny 'swaps=[{step: 15, socket: layers.*.moe.router, plugin: cosine}]'";

    @TempDir
    Path folder;
    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(folder);
    }

    @AfterEach
    void close() throws Exception {
        workshop.close();
    }

    private static void awaitStep(Run run, long step) throws InterruptedException {
        var reached = new CountDownLatch(1);
        run.listen(new RunListener() {
            @Override
            public void measured(Run measured, Measurement measurement) {
                if (measurement.step() >= step) {
                    reached.countDown();
                }
            }
        });
        assertTrue(run.step() >= step || reached.await(60, TimeUnit.SECONDS), "the run makes steps");
    }

    @Test
    void aRunInABatchTellsItsSwapAndItsEnd() throws Exception {
        var out = workshop.execute(SWAPPING);
        var run = workshop.lab.current().orElseThrow();
        assertEquals(RunState.finished, run.state());
        assertTrue(out.startsWith(run.id() + ": "), out);
        assertTrue(out.contains("step 15: layers.0-1.moe.router: top-k → cosine"), out);
        assertTrue(out.contains("step 10: validation loss "), out);
        assertTrue(out.contains("step 30/30  loss "), out);
        assertTrue(out.contains(run.id() + " finished: 30 steps in 0:"), out);
        assertTrue(out.contains("before      after"), out);
        assertTrue(out.contains("samples\n  the"), out);
        assertTrue(out.endsWith("report  " + run.folder().report() + "\n"), out);
        assertFalse(out.contains("\u001b"), "no escape sequence without a terminal");
    }

    @Test
    void profileShowsWhereTheTimeOfStepsGoes() throws Exception {
        var run = workshop.endless();
        var lines = workshop.execute("profile steps=5").lines().toList();
        assertTrue(lines.getFirst().startsWith(run.id() + ": 5 steps of "), lines.getFirst());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("MatMul.matmul, vector ")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("rest: ")), lines::toString);
        double shares = lines.stream().skip(2).mapToDouble(line -> Double.parseDouble(line.replaceAll("^.*? ([0-9.]+) %.*", "$1"))).sum();
        assertEquals(100, shares, 1.5, lines::toString);
        assertTrue(run.withModel(learner -> learner.profile().isEmpty()).get(60, TimeUnit.SECONDS), "it is off again");
        var plugins = workshop.execute("profile steps=5 by=plugin").lines().toList();
        assertTrue(plugins.stream().anyMatch(line -> line.startsWith("router top-k at layers.*.moe.router ")), plugins::toString);
        assertTrue(plugins.stream().anyMatch(line -> line.startsWith("the model itself ")), plugins::toString);
        shares = plugins.stream().skip(2).mapToDouble(line -> Double.parseDouble(line.replaceAll("^.*? ([0-9.]+) %.*", "$1"))).sum();
        assertEquals(100, shares, 1.5, plugins::toString);
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("profile by=bundle")).getMessage().contains("'bundle'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("profile steps=many")).getMessage().contains("steps=many"));
        run.pause();
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("profile")).getMessage().contains("paused"));
    }

    @Test
    void explainShowsWhatAStepConsistsOf() throws Exception {
        var run = workshop.endless();
        var lines = workshop.execute("explain").lines().toList();
        assertTrue(lines.getFirst().matches(" +kernel +computes +rows +buffers +KiB +for"), lines.getFirst());
        assertTrue(lines.stream().anyMatch(line -> line.contains("Optimizer.adamW *") && line.contains(" => ")), "the optimizer works in place");
        assertTrue(lines.stream().anyMatch(line -> line.contains("variable embedding.tokens")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.contains("router") && line.contains("layers.0.moe.router")), lines::toString);
        var launches = lines.stream().filter(line -> line.startsWith("launches")).findFirst().orElseThrow();
        assertTrue(launches.matches("launches +\\d+, [1-9]\\d* in place, \\d+ fused from \\d+ operations"), launches);
        assertFalse(workshop.execute("explain evaluate").contains("adamW"));
        assertTrue(workshop.execute("explain " + run.id() + " decode").contains("variable cache/"));
        assertTrue(workshop.execute("explain " + run.id() + " decode").lines().anyMatch(line -> line.matches("layers\\.0\\.attention\\.keys +rows +\\d+ +\\S+")));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("explain " + run.id() + " dekode")).getMessage().contains("decode"));
    }

    @Test
    void jsonIsAllOfStandardOutput() throws Exception {
        var out = workshop.execute("run tiny --json training.steps=12");
        assertEquals(1, out.lines().count(), out);
        var summary = new ObjectMapper().readTree(out);
        assertEquals(12, summary.get("steps").asInt());
        assertTrue(summary.get("loss").asDouble() > 0 && summary.get("validation-loss").asDouble() > 0, out);
        assertTrue(summary.get("tokens-per-second").asDouble() > 0, out);
        assertEquals(0, summary.get("swaps").asInt());
        assertTrue(Files.isDirectory(Path.of(summary.get("folder").asText())));
        assertTrue(workshop.err.toString(StandardCharsets.UTF_8).contains("step 12/12"), "progress is on standard error");
    }

    @Test
    void aRunThatFailsSaysWhyAndFails() throws Exception {
        var failed = assertThrows(CommandFailed.class, () -> workshop.execute("run tiny training.learning-rate=1e30 training.clip=0 training.warm-up=0"));
        assertEquals(1, failed.exitCode());
        assertTrue(failed.getMessage().matches("run tiny-.* failed: step .*NaN.*"), failed.getMessage());
    }

    @Test
    void aLiveRunIsSteered() throws Exception {
        var run = workshop.endless();
        awaitStep(run, 3);
        assertTrue(workshop.execute("status").contains("running"));
        assertTrue(workshop.execute("sockets").contains("layers.0-1.moe.router"));

        var swapped = workshop.execute("swap layers.*.moe.router cosine temperature=0.3");
        assertTrue(swapped.contains("layers.0-1.moe.router: top-k → cosine {temperature=0.3}"), swapped);
        assertTrue(swapped.contains("(class path) 0: ") && swapped.contains(" new, "), swapped);
        assertTrue(workshop.execute("sockets").contains("cosine temperature=0.3"));

        var refused = assertThrows(CommandFailed.class, () -> workshop.execute("swap layers.0.moe.router cosine temperature=-1"));
        assertTrue(refused.getMessage().contains("refused layers.0.moe.router ← cosine: ")
                && refused.getMessage().contains("temperature must be above 0"), refused.getMessage());
        assertEquals(1, refused.exitCode());

        assertTrue(workshop.execute("rollback").contains("rolled back layers.0-1.moe.router: cosine {temperature=0.3} → top-k"));
        assertTrue(workshop.execute("load").contains("layers.1.moe"));

        assertTrue(workshop.execute("pause").contains(run.id() + " pauses after step "));
        assertTrue(workshop.execute("status").contains("paused"));
        assertEquals("patchbay tiny ", new Prompt(workshop.lab).get().substring(0, 14));
        assertTrue(workshop.execute("generate 'the quick' tokens=5 temperature=0").startsWith("the quick"));
        assertTrue(workshop.execute("resume").contains("goes on from step"));
        awaitStep(run, run.step() + 3);

        assertTrue(workshop.execute("stop").contains("'resume " + run.id() + "' goes on with it"));
        assertEquals(RunState.stopped, run.state());
        assertTrue(workshop.execute("runs").contains("stopped"));
        assertTrue(workshop.execute("generate the tokens=4 run=" + run.id()).startsWith("the"), "from the checkpoint");
        assertTrue(workshop.execute("generate the tokens=4 weights=bf16 cache=int8").startsWith("the"));
        var three = workshop.execute("generate 'the quick' tokens=6 continuations=3 seed=5").split("\n\n");
        assertEquals(3, three.length);
        assertEquals("seed 7: " + workshop.execute("generate 'the quick' tokens=6 seed=7").strip(), three[2].strip());
        var file = workshop.lab.runsFolder().resolve("model.safetensors");
        var exported = workshop.execute("export " + file + " weights=bf16");
        assertTrue(exported.contains("bytes, weights bf16"), exported);
        try (var tensors = SafetensorsFile.open(file)) {
            assertEquals(Dtype.BF16, tensors.tensors().stream().filter(tensor -> tensor.name().equals("embedding.tokens")).findFirst().orElseThrow().dtype());
            assertEquals(Dtype.F32, tensors.tensors().stream().filter(tensor -> tensor.name().equals("norm.gain")).findFirst().orElseThrow().dtype());
        }
        var again = assertThrows(UserError.class, () -> workshop.execute("export " + file));
        assertTrue(again.getMessage().contains("is there already"), again.getMessage());
        assertTrue(workshop.execute("load").contains("layers.1.moe"), "from the metrics");
        assertTrue(workshop.execute("sockets").contains("top-k"), "from the journal");
    }

    @Test
    void aStoppedRunIsResumedByTheBeginningOfItsId() throws Exception {
        var run = workshop.lab.start(Experiment.read(workshop.experiments.find("tiny"), List.of("training.steps=400")));
        awaitStep(run, 5);
        run.stop("test");
        run.await();
        var out = workshop.execute("resume " + run.id().substring(0, run.id().length() - 1));
        assertTrue(out.contains(" active a token; step " + run.step() + " of 400"), out);
        assertTrue(out.contains(run.id() + " finished: 400 steps"), out);
        var done = assertThrows(UserError.class, () -> workshop.execute("resume " + run.id()));
        assertTrue(done.getMessage().contains("has done all of its 400 steps"), done.getMessage());
    }

    @Test
    void whenThePlatformStopsARunInTheForegroundEndsAndSaysHowToGoOn() throws Exception {
        var command = CompletableFuture.supplyAsync(() -> {
            try {
                return workshop.execute("run tiny training.steps=10000000");
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
        workshop.await(" active a token; step 0 of ");
        var run = workshop.lab.current().orElseThrow();
        awaitStep(run, 2);
        workshop.foreground.close();
        assertEquals(RunState.stopped, run.state());
        assertTrue(command.get(60, TimeUnit.SECONDS).contains("resume " + run.id()));
    }

    @Test
    void aReplayIsBitIdenticalUntilTheRecordIsChanged() throws Exception {
        workshop.execute(SWAPPING);
        var run = workshop.lab.current().orElseThrow();
        var out = workshop.execute("replay " + run.id());
        assertTrue(out.contains("bit-identical: 30 steps, 1 swaps"), out);
        assertTrue(workshop.execute("compare " + run.id() + " replay").contains("bit-identical at all 30 common steps"));

        var lines = Files.readAllLines(run.folder().metrics());
        var loss = lines.get(19).replaceFirst(".*\"loss\":([^,]*),.*", "$1");
        lines.set(19, lines.get(19).replace("\"loss\":" + loss, "\"loss\":1.5"));
        Files.write(run.folder().metrics(), lines);
        var differs = assertThrows(CommandFailed.class, () -> workshop.execute("replay " + run.id()));
        assertTrue(differs.getMessage().startsWith("step 20 differs: the loss was 1.5 and is " + loss + " now; 19 steps"), differs.getMessage());
    }

    @Test
    void anExpertJoinsAndLeaves() throws Exception {
        var run = workshop.endless();
        var joined = workshop.execute("expert add swiglu as=late from=1");
        assertTrue(joined.contains("layers.0-1.moe.experts.late: new → swiglu"), joined);
        assertTrue(run.wiring().stream().anyMatch(fitted -> fitted.socket().equals("layers.1.moe.experts.late")));
        assertTrue(workshop.execute("expert add swiglu").contains("experts.swiglu: new → swiglu"), "called as its plugin");
        var left = workshop.execute("expert remove late");
        assertTrue(left.contains("layers.0-1.moe.experts.late: swiglu → gone"), left);
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("expert remove late")).getMessage().contains("swiglu"), "what there is");
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("expert ad swiglu")).getMessage().contains("add"));
        assertTrue(workshop.execute("rollback").contains("layers.0-1.moe.experts.late: new → swiglu"));
    }

    @Test
    void oneOfThoseThatShareAPluginLeavesAndOneOfAnotherRunComes() throws Exception {
        workshop.execute("run tiny training.steps=5");
        var other = workshop.lab.current().orElseThrow().id();
        workshop.endless();
        assertTrue(workshop.execute("expert remove 2").contains("layers.*.moe.experts.2 has left: "));
        assertTrue(workshop.execute("expert remove 0 merge=3").contains("layers.*.moe.experts.0 has left, merged into 3: "));
        assertTrue(workshop.execute("expert import " + other + ":2 as=guest").contains("layers.0-1.moe.experts.guest: new → swiglu"));
        assertTrue(workshop.execute("expert import " + other + ":1").contains("layers.0-1.moe.experts.imported: new → swiglu"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("expert import " + other)).getMessage().contains("usage: expert import RUN:PATH"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("expert import nosuch:1")).getMessage().contains("unknown run 'nosuch'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("expert remove 1 merg=3")).getMessage().contains("did you mean 'merge'"));
    }

    @Test
    void whatIsFrozenLearnsNoMore() throws Exception {
        workshop.endless();
        assertEquals("nothing is frozen\n", workshop.execute("freeze"));
        assertTrue(workshop.execute("freeze 2").contains(": 2 learns no more; the training stood still for"));
        workshop.execute("freeze layers.*.attention");
        assertEquals("2\nlayers.*.attention\n", workshop.execute("freeze"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("freeze 2")).getMessage().contains("frozen already"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("freeze layers.0.atention")).getMessage().contains("layers.0.attention"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("thaw 3")).getMessage().contains("unknown frozen expert or pattern '3'"));
        assertTrue(workshop.execute("thaw 2").contains("2 learns again"));
        assertTrue(workshop.execute("rollback").contains("rolled back"));
        assertTrue(workshop.execute("thaw").contains("everything learns again"));
        assertEquals("nothing is frozen", assertThrows(UserError.class, () -> workshop.execute("thaw")).getMessage());
    }

    @Test
    void theRoutingOfARunIsRecordedAndImposedOnAnother() throws Exception {
        workshop.execute("run tiny training.steps=2000 training.record-routing=true training.evaluate-every=0 training.checkpoint-every=0");
        var recorded = workshop.lab.current().orElseThrow().id();
        workshop.endless();
        assertEquals("not recorded; the routers select for themselves\n", workshop.execute("routing"));
        assertTrue(workshop.execute("routing record").contains("is recorded from here on"));
        assertTrue(workshop.execute("routing replay " + recorded).contains("the routing of run " + recorded + " is imposed; the training stood still"));
        assertTrue(workshop.execute("routing").matches("\\d+ steps recorded, \\d+ KiB; the routing of run " + recorded + " is imposed\n"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("routing replay " + recorded)).getMessage().contains("imposed already"));
        assertTrue(workshop.execute("routing own").contains("the routers select for themselves again"));
        assertTrue(workshop.execute("routing stop").contains("steps recorded"));
        assertEquals("it was not recorded\n", workshop.execute("routing stop"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("routing rekord")).getMessage().contains("did you mean 'record'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("routing replay")).getMessage().contains("usage: routing replay FROM"));
    }

    @Test
    void ofOneDomainNothingIsKnownOfSpecialisation() throws Exception {
        workshop.execute("run tiny training.steps=5");
        assertTrue(workshop.execute("specialisation").startsWith("not known"));
    }

    @Test
    void theReportIsWrittenAnew() throws Exception {
        workshop.execute("run tiny training.steps=5");
        var report = workshop.lab.current().orElseThrow().folder().report();
        Files.delete(report);
        assertEquals(report + "\n", workshop.execute("report"));
        assertTrue(Files.exists(report));
    }

    @Test
    void pluginsAreListedWithTheirOptions() throws Exception {
        var out = workshop.execute("plugins");
        assertTrue(out.lines().anyMatch(line -> line.matches("router +cosine +\\(class path\\) 0 +.*temperature=0\\.5")), out);
        assertTrue(out.lines().anyMatch(line -> line.matches("router +top-k .*gate=softmax.*noisy=false.*softmax=after")), out);
    }

    @Test
    void theDoctorNamesEngineAndData() throws Exception {
        var out = workshop.execute("doctor");
        for (var row : List.of("java", "flags", "vectors", "engine", "memory", "terminal", "maven", "data wordnet", "load", "store", "runs")) {
            assertTrue(out.lines().anyMatch(line -> line.startsWith(row + " ")), row + " in\n" + out);
        }
        assertTrue(out.contains("cpu: 1 thread") && out.contains("PATCHBAY_OPTS"), out);
    }

    @Test
    void withoutARunThereIsAHint() throws Exception {
        assertEquals("no run yet; start one with 'run EXPERIMENT'\n", workshop.execute("status"));
        assertEquals("no run yet; start one with 'run EXPERIMENT'\n", workshop.execute("runs"));
        assertEquals("patchbay> ", new Prompt(workshop.lab).get());
    }

    /** What is wrong is said in one line, and nothing has begun. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run                                   | usage: run EXPERIMENT
            run tiny more                         | usage: run EXPERIMENT
            run tiny swaps=[]                     | needs quotes, as in
            run tinny                             | unknown experiment 'tinny'; did you mean 'tiny'?
            run tiny --jason                      | unknown flag '--jason'; did you mean '--json'?
            run tiny training.stepz=3             | unknown key 'stepz' under 'training'; did you mean 'steps'?
            run tiny model.k=9                    | only 4 experts
            run tiny model.experts=0              | model.experts must be at least 1
            run broken                            | broken.yaml:2
            run nowhere/x.yaml                    | there is no experiment file
            engine a b c                          | usage: engine [[RUN] ENGINE]
            engine tornado                        | unknown engine 'tornado'; did you mean 'cpu'? valid: cpu, reference
            engine reference                      | no run is alive in this process
            engine nosuch cpu                     | unknown run 'nosuch'
            swap a                                | usage: swap SOCKET PLUGIN
            swap a b                              | no run is alive in this process
            rollback now                          | usage: rollback
            pause                                 | no run is alive in this process
            stop nosuch                           | unknown run 'nosuch'
            resume                                | no run of this process is paused
            resume nosuch                         | unknown run 'nosuch'
            status a b                            | usage: status [RUN]
            runs x                                | usage: runs
            sockets                               | there is no run yet
            load x                                | unknown run 'x'
            plugins x                             | usage: plugins
            generate                              | usage: generate PROMPT
            generate a b                          | usage: generate PROMPT
            generate a temprature=1               | unknown option 'temprature'; did you mean 'temperature'?
            export                                | usage: export FILE
            export a.safetensors                  | there is no run yet
            compare a                             | usage: compare RUN RUN
            compare a b                           | unknown run 'a'
            replay                                | usage: replay RUN
            report nosuch                         | unknown run 'nosuch'
            doctor me                             | usage: doctor
            """, quoteCharacter = '"')
    void aMistakeIsOneLine(String line, String message) {
        var mistake = assertThrows(UserError.class, () -> workshop.execute(line));
        assertEquals(2, mistake.exitCode());
        assertTrue(mistake.getMessage().contains(message), mistake.getMessage());
        assertEquals(1, mistake.getMessage().lines().count(), mistake.getMessage());
        assertFalse(Files.exists(workshop.lab.runsFolder()), "nothing has begun");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            swap layers.9.moe.router cosine       | unknown socket 'layers.9.moe.router'; did you mean 'layers.0.moe.router'?
            swap layers.*.moe.router cosin        | unknown router 'cosin'; did you mean 'cosine'?
            swap layers.*.moe.router cosine tau=1 | unknown option 'tau'
            swap layers.0.moe.router cosine temperature=warm | 'warm' is no float
            generate the continuations=0          | continuations must be 1 to 1000, not 0
            generate the top-p=2                  | top-p must be greater than 0 and at most 1, not 2.0
            generate the weights=fp8              | unknown weights 'fp8'
            generate the cache=int4               | unknown cache 'int4'
            export a.safetensors weights=fp8      | unknown weights 'fp8'
            generate the tokens=many              | tokens must be a number, not 'many'
            """, quoteCharacter = '"')
    void aMistakeLeavesALiveRunAlone(String line, String message) throws Exception {
        var run = workshop.endless();
        var mistake = assertThrows(UserError.class, () -> workshop.execute(line));
        assertTrue(mistake.getMessage().contains(message), mistake.getMessage());
        assertEquals(1, mistake.getMessage().lines().count(), mistake.getMessage());
        assertTrue(run.alive());
    }

    /** The rules are read out of a file, and the run keeps them: a replay needs no file. */
    @Test
    void rulesCanBeReadAfterTraining() throws Exception {
        var file = workshop.experiments.folder().resolve("vowels.rules");
        Files.writeString(file, "# letters\nvowels: token a e i o u\nspaces: token \\s\n");
        workshop.execute("run tiny 'model.extras=[read]' 'sockets.layers.0.moe.experts.read={rule: {rules: \"@" + file + "\"}}'");
        Files.delete(file);
        var rules = workshop.execute("rules");
        assertTrue(rules.lines().anyMatch(line ->
                line.matches("layers\\.0\\.moe\\.experts\\.read +vowels: token a e i o u +[1-9][\\d,]* +\\d\\.\\d+ +'.*")), rules);
        assertTrue(rules.contains("spaces: token \\s"), rules);
        assertTrue(workshop.execute("sockets").contains("rules=# letters …"), workshop.execute("sockets"));
        assertTrue(workshop.execute("replay " + workshop.lab.current().orElseThrow().id()).contains("bit-identical: 30 steps"));
        assertTrue(workshop.execute("generate the").length() > 3);
        var missing = assertThrows(UserError.class, () -> workshop.execute("run tiny 'sockets.layers.0.moe.experts={rule: {rules: \"@none\"}}'"));
        assertTrue(missing.getMessage().contains("option 'rules': there is no file"), missing.getMessage());
    }

    @Test
    void withoutRulesNoneAreShown() throws Exception {
        workshop.execute("run tiny training.steps=2");
        assertTrue(workshop.execute("rules").startsWith("no expert of run"));
    }
}
