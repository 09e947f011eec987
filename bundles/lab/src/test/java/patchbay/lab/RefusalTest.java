package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;
import patchbay.model.Plug;
import patchbay.spi.Attention;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/** Plugins that do not work are refused with the reason, and the run goes on as if nothing had happened. */
@Timeout(180)
class RefusalTest {

    @Plugin("throwing")
    public static class Throwing implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            throw new IllegalStateException("out of order");
        }
    }

    @Plugin("overflowing")
    public static class Overflowing implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return score(scope, tokens);
        }
    }

    @Plugin("misshapen")
    public static class Misshapen implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts() + 1);
        }
    }

    @Plugin("not-a-number")
    public static class NotANumber implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts()).multiply(0).log();
        }
    }

    @Plugin("hanging")
    public static class Hanging implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return tokens;
        }
    }

    @Plugin("leaking")
    public static class Leaking implements Attention {
        @Override
        public Tensor forward(Scope scope, Tensor x) {
            return x.mean(1).unsqueeze(1).broadcastTo(x.shape());
        }
    }

    /** Passes the probe, and fails some steps after it took over: its counter is data, so the fault comes from a kernel. */
    @Plugin("failing-later")
    public static class FailingLater implements Router {
        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            var count = scope.state("count", Shape.of(1), Initializer.zeros());
            scope.update(count, count.add(1f));
            var bomb = count.less(3f); // 1 three times, then 0
            return scope.linear("weight", tokens, scope.experts()).divide(bomb);
        }
    }

    @TempDir
    Path folder;

    @Test
    void swapThatFailsLaterIsUndoneWithItsSteps() throws Exception {
        try (var laboratory = new Laboratory(folder, new FailingLater())) {
            var plain = laboratory.finished(laboratory.experiment());
            var run = laboratory.finished(laboratory.experiment("swaps=[{step: 14, socket: layers.*.moe.router, plugin: failing-later}]"));
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
            var history = patchbay.lab.record.Journal.read(run.folder().journal());
            assertEquals(14, history.all(Event.Swapped.class).getFirst().step());
            var undone = history.all(Event.RolledBack.class).getFirst();
            assertEquals(14, undone.step());
            assertTrue(undone.cause().contains("the loss is NaN"), undone.cause());
            var repeated = Laboratory.ended(laboratory.lab.repeat(run.folder(), new RunListener() {}));
            assertEquals(Laboratory.losses(run), Laboratory.losses(repeated));
        }
    }

    @Test
    void eachIsRefusedWithItsReason() throws Exception {
        try (var laboratory = new Laboratory(folder, new Throwing(), new Overflowing(), new Misshapen(), new NotANumber(),
                new Hanging(), new Leaking())) {
            var plain = laboratory.finished(laboratory.experiment());
            var reached = new CountDownLatch(1);
            var run = laboratory.lab.start(laboratory.experiment(), new RunListener() {
                @Override
                public void measured(Run run, Measurement measurement) {
                    if (measurement.step() == 5) {
                        run.pause();
                        reached.countDown();
                    }
                }
            });
            reached.await();
            refused(run, "layers.*.moe.router", "throwing", "out of order");
            refused(run, "layers.*.moe.router", "overflowing", "StackOverflowError");
            refused(run, "layers.1.moe.router", "misshapen", "router misshapen at layers.1.moe.router returned f32[1, 5]; it must return f32[1, 4]");
            refused(run, "layers.*.moe.router", "not-a-number", "is");
            refused(run, "layers.*.moe.router", "hanging", "took longer than 5.0 s");
            refused(run, "layers.0.attention", "leaking", "leaks the future");
            refused(run, "layers.0.moe.router", "top-k", "nothing would change");
            run.unpause();
            Laboratory.ended(run);
            assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
        }
    }

    @Test
    void mistakesAreToldAtOnce() throws Exception {
        try (var laboratory = new Laboratory(folder)) {
            assertMistake("unknown router 'cosin'; did you mean 'cosine'?", () ->
                    laboratory.lab.start(laboratory.experiment("sockets={layers.*.moe.router: cosin}")));
            assertMistake("unknown socket 'layers.*.moe.ruter'; did you mean 'layers.0.moe.router'?", () ->
                    laboratory.lab.start(laboratory.experiment("swaps=[{step: 3, socket: layers.*.moe.ruter, plugin: cosine}]")));
            assertMistake("unknown option 'temprature'; did you mean 'temperature'?", () ->
                    laboratory.lab.start(laboratory.experiment("sockets={layers.*.moe.router: {cosine: {temprature: 1}}}")));
            assertMistake("temperature must be above 0", () ->
                    laboratory.lab.start(laboratory.experiment("sockets={layers.*.moe.router: {cosine: {temperature: 0}}}")));
            assertTrue(laboratory.lab.runs().isEmpty());
            assertEquals(0, patchbay.lab.record.RunFolder.all(laboratory.lab.runsFolder()).size());
        }
    }

    private static void refused(Run run, String socket, String plugin, String reason) throws Exception {
        var event = assertInstanceOf(Event.Refused.class, run.swap(socket, Plug.of(plugin)).get());
        assertTrue(event.reason().contains(reason), event.reason());
    }

    private static void assertMistake(String message, org.junit.jupiter.api.function.Executable mistake) {
        var error = assertThrows(UserError.class, mistake);
        assertTrue(error.getMessage().startsWith(message), error.getMessage());
    }
}
