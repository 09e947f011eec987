package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.engine.cpu.CpuEngine;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunState;
import patchbay.model.Decoder;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.KernelError;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Learner;

/** A run moves to an engine that keeps its values elsewhere, and back; with the same kernels there, no bit of its losses changes. */
@Timeout(120)
class EngineSwapTest {

    /** Something of everything that moves: moments, a state that is updated, random numbers that count on. */
    private static final String SOCKETS = "sockets={layers.*.moe.router: {top-k: {noisy: true}}, layers.*.moe.balancer: loss-free}";
    private static final String MOVE = "swaps=[{step: 15, socket: engine, plugin: elsewhere}]";

    @TempDir
    Path folder;
    private final CpuEngine inner = new CpuEngine(1);

    @AfterEach
    void close() {
        inner.close();
    }

    private Laboratory laboratory(Engine other) {
        return new Laboratory(folder, List.of(other), Duration.ofSeconds(5));
    }

    private Elsewhere with(UnaryOperator<Program> compiled) {
        return new Elsewhere(inner, true, Duration.ZERO, compiled);
    }

    private static Run pausedAt(Laboratory laboratory, int step, String... overrides) throws InterruptedException {
        var reached = new CountDownLatch(1);
        var run = laboratory.lab.start(laboratory.experiment(overrides), new RunListener() {
            @Override
            public void measured(Run run, Measurement measurement) {
                if (measurement.step() == step) {
                    run.pause();
                    reached.countDown();
                }
            }
        });
        reached.await();
        return run;
    }

    @Test
    void everythingMovesAndTheLossGoesOn() throws InterruptedException {
        try (var laboratory = laboratory(new Elsewhere(inner))) {
            var plain = laboratory.finished(laboratory.experiment(SOCKETS));
            var moved = laboratory.finished(laboratory.experiment(SOCKETS, MOVE));
            assertEquals(Laboratory.losses(plain), Laboratory.losses(moved));
            assertEquals("elsewhere", moved.engine().name());
            var history = Journal.read(moved.folder().journal());
            var event = history.all(Event.Swapped.class).getFirst();
            assertEquals(15, event.step());
            assertEquals(List.of("cpu"), event.before().stream().map(Fitted::plugin).toList());
            assertEquals(List.of("elsewhere"), event.after().stream().map(Fitted::plugin).toList());
            assertEquals(List.of(), event.transfer().started());
            assertFalse(event.transfer().carried().isEmpty());
            assertEquals(moved.wiring(), history.wiring(), "the engine is in no socket of the model");

            var replay = Replay.begin(laboratory.lab, moved.folder(), new RunListener() {});
            Laboratory.ended(replay.run());
            assertTrue(replay.verdict().identical(), () -> replay.verdict().toString());
            assertEquals("elsewhere", replay.run().engine().name());
        }
    }

    @Test
    void resumedRunIsOnTheEngineThatItWasMovedTo() throws InterruptedException {
        try (var laboratory = laboratory(new Elsewhere(inner))) {
            var plain = laboratory.finished(laboratory.experiment());
            var stopped = pausedAt(laboratory, 20, MOVE);
            stopped.stop("test");
            Laboratory.ended(stopped);
            var resumed = Laboratory.ended(laboratory.lab.resume(stopped.id(), new RunListener() {}));
            assertEquals("elsewhere", resumed.engine().name());
            assertEquals(Laboratory.losses(plain), Laboratory.losses(resumed));
        }
    }

    @Test
    void itIsRolledBackLikeAnyOtherSwap() throws Exception {
        try (var laboratory = laboratory(new Elsewhere(inner))) {
            var plain = laboratory.finished(laboratory.experiment());
            var run = pausedAt(laboratory, 8);
            assertInstanceOf(Event.Swapped.class, run.swap("layers.*.moe.router", Plug.of("cosine")).get());
            assertInstanceOf(Event.Swapped.class, run.engine("elsewhere").get());
            assertInstanceOf(Event.Swapped.class, run.swap("layers.0.moe.balancer", Plug.of("loss-free")).get());
            assertInstanceOf(Event.RolledBack.class, run.rollback().get());
            assertEquals("elsewhere", run.engine().name());
            var back = assertInstanceOf(Event.RolledBack.class, run.rollback().get());
            assertEquals("cpu", back.after().getFirst().plugin());
            assertEquals("cpu", run.engine().name());
            assertInstanceOf(Event.Swapped.class, run.engine("elsewhere").get());
            assertInstanceOf(Event.Swapped.class, run.engine("cpu").get());
            assertInstanceOf(Event.RolledBack.class, run.rollback().get());
            assertInstanceOf(Event.RolledBack.class, run.rollback().get());
            assertInstanceOf(Event.RolledBack.class, run.rollback().get(), "the first of all: what it lost was kept on the other engine");
            run.unpause();
            Laboratory.ended(run);
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
            var replay = Replay.begin(laboratory.lab, run.folder(), new RunListener() {});
            Laboratory.ended(replay.run());
            assertTrue(replay.verdict().identical(), () -> replay.verdict().toString());
            assertEquals(10, replay.verdict().swaps());
        }
    }

    @Test
    void whatDoesNotCompileThereLeavesTheRunWhereItIs() throws Exception {
        var refusing = with(_ -> {
            throw new UserError("engine elsewhere: this program needs 9 MiB more, which are not there");
        });
        try (var laboratory = laboratory(refusing)) {
            var plain = laboratory.finished(laboratory.experiment());
            var run = pausedAt(laboratory, 5);
            var refused = assertInstanceOf(Event.Refused.class, run.engine("elsewhere").get());
            assertEquals("engine elsewhere: this program needs 9 MiB more, which are not there", refused.reason());
            run.unpause();
            Laboratory.ended(run);
            assertEquals("cpu", run.engine().name());
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
        }
    }

    @Test
    void codeThatDoesNotCompileThereIsKeptWithTheRun() throws Exception {
        var source = Files.writeString(folder.resolve("Router.score.cl"), "__kernel void Router_score");
        var refusing = with(_ -> {
            throw new KernelError("engine elsewhere: it cannot compile router, kernel Router.score", Optional.of(source), null);
        });
        try (var laboratory = laboratory(refusing)) {
            var run = pausedAt(laboratory, 5);
            var refused = assertInstanceOf(Event.Refused.class, run.engine("elsewhere").get());
            var kept = run.folder().refusedCode().resolve("Router.score.cl");
            assertEquals("engine elsewhere: it cannot compile router, kernel Router.score; the generated code is in " + kept, refused.reason());
            assertEquals("__kernel void Router_score", Files.readString(kept));
            run.unpause();
            Laboratory.ended(run);
            assertEquals("cpu", run.engine().name());
        }
    }

    @Test
    void anEngineThatFailsInItsFirstStepsIsLeftAgain() throws Exception {
        try (var laboratory = laboratory(with(EngineSwapTest::failingInTheThirdRun))) {
            var plain = laboratory.finished(laboratory.experiment("training.evaluate-every=0"));
            var run = laboratory.finished(laboratory.experiment("training.evaluate-every=0", "swaps=[{step: 4, socket: engine, plugin: elsewhere}]"));
            assertEquals(RunState.finished, run.state());
            assertEquals("cpu", run.engine().name());
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
            var back = Journal.read(run.folder().journal()).all(Event.RolledBack.class).getFirst();
            assertTrue(back.cause().contains("the device is gone"), back.cause());
        }
    }

    /** A step's program; an evaluation's, which runs more often, as it is. */
    private static Program failingInTheThirdRun(Program program) {
        var runs = new int[1];
        return (Program) Proxy.newProxyInstance(Program.class.getClassLoader(), new Class<?>[] {Program.class}, (_, method, arguments) -> {
            if (method.getName().equals("run") && ++runs[0] == 3) {
                throw new IllegalStateException("the device is gone");
            }
            try {
                return method.invoke(program, arguments);
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
        });
    }

    @Test
    void aReplaySaysWhichStepsAreBoundToHaveTheSameBits() throws InterruptedException {
        try (var laboratory = laboratory(new Elsewhere(inner, false, Duration.ofSeconds(60), UnaryOperator.identity()))) {
            var plain = laboratory.finished(laboratory.experiment());
            var run = laboratory.finished(laboratory.experiment(MOVE)); // which is prepared long before
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
            var replay = Replay.begin(laboratory.lab, run.folder(), new RunListener() {});
            Laboratory.ended(replay.run());
            var verdict = replay.verdict();
            assertEquals(15, verdict.steps());
            assertEquals(15, verdict.close());
            assertTrue(verdict.repeated() && !verdict.identical(), verdict::toString);
        }
    }

    /** On its own account: what a plugin may take elsewhere does not grow by that. */
    @Test
    void anEngineThatCompilesLongHasTheTime() throws Exception {
        var slow = new Elsewhere(inner, true, Duration.ofSeconds(60), UnaryOperator.identity());
        try (var laboratory = new Laboratory(folder, List.of(slow), Duration.ofMillis(1))) {
            var run = pausedAt(laboratory, 5);
            assertInstanceOf(Event.Swapped.class, run.engine("elsewhere").get());
            var refused = assertInstanceOf(Event.Refused.class, run.engine("cpu").get());
            assertTrue(refused.reason().contains("took longer than 0.001 s"), refused.reason());
            assertEquals("elsewhere", run.engine().name());
        }
    }

    /** Planned for sooner it would come too late, and be compiled once more. */
    @Test
    void theFirstSwapThereIsPlannedByHowLongTheRunsOwnProgramsTook() {
        var slow = new Elsewhere(inner, true, Duration.ofSeconds(60), program -> {
            LockSupport.parkNanos(Duration.ofMillis(600).toNanos());
            return program;
        });
        try (var laboratory = laboratory(slow)) {
            var experiment = laboratory.experiment();
            var decoder = new Decoder(Rack.fit(experiment.model(), experiment.sockets(), laboratory.archive), 30);
            for (var engine : List.of(slow, inner)) {
                var learner = Learner.begin(engine, decoder, experiment.training(), 1);
                var planned = new ArrayList<Double>();
                var pace = new Swaps.Pace() {
                    @Override
                    public long soonest(double buildSeconds) {
                        planned.add(buildSeconds);
                        return 7;
                    }

                    @Override
                    public void ready() {}
                };
                try (var swaps = new Swaps(laboratory.archive, Engines.choose(List.of(slow, inner), engine.name()), learner, RunData.read(experiment),
                        Duration.ofSeconds(60), folder, pace)) {
                    swaps.ask(Change.of("layers.*.moe.router", Plug.of("cosine")), "test");
                    double compiling = learner.compileTime().toMillis() / 1000.0;
                    assertEquals(engine == slow ? 2 * compiling : 0.7, planned.getFirst(), 1e-9);
                    assertTrue(engine == inner || compiling >= 1.2, () -> compiling + " s");
                }
            }
        }
    }

    private record Missing() implements Engine {
        @Override
        public String name() {
            return "tornado";
        }

        @Override
        public String description() {
            return "tornado: TORNADOVM_HOME is not set";
        }

        @Override
        public Variables variables() {
            throw new UserError("engine tornado: TORNADOVM_HOME is not set");
        }

        @Override
        public Program compile(Graph graph, Variables variables) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void mistakesAreToldAtOnce() throws InterruptedException {
        try (var laboratory = laboratory(new Missing())) {
            assertMistake("unknown engine 'tornad'; did you mean 'tornado'?", () ->
                    laboratory.lab.start(laboratory.experiment("swaps=[{step: 3, socket: engine, plugin: tornad}]")));
            assertMistake("engine tornado: TORNADOVM_HOME is not set", () ->
                    laboratory.lab.start(laboratory.experiment("swaps=[{step: 3, socket: engine, plugin: tornado}]")));
            var run = pausedAt(laboratory, 2);
            assertMistake("unknown engine 'gpu'", () -> run.engine("gpu"));
            assertMistake("engine tornado: TORNADOVM_HOME is not set", () -> run.engine("tornado"));
            assertMistake("run " + run.id() + " computes on cpu already", () -> run.engine("cpu"));
        }
    }

    private static void assertMistake(String message, org.junit.jupiter.api.function.Executable mistake) {
        var error = assertThrows(UserError.class, mistake);
        assertTrue(error.getMessage().startsWith(message), error.getMessage());
    }
}
