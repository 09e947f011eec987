package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.model.Decoder;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.training.Learner;

/** When a swap that was asked for takes effect. */
@Timeout(120)
class SwapsTest {

    /** What a build was thought to take when steps were quick is many of them, which take long when they have become slow. */
    @Test
    void whatIsReadyDoesNotWaitForAStepThatIsFarOff(@TempDir Path folder) throws Exception {
        var soonest = new AtomicLong(1000);
        var ready = new Semaphore(0);
        var pace = new Swaps.Pace() {
            @Override
            public long soonest(double buildSeconds) {
                return soonest.get();
            }

            @Override
            public void ready() {
                ready.release();
            }
        };
        try (var laboratory = new Laboratory(folder)) {
            var experiment = laboratory.experiment();
            var model = new Decoder(Rack.fit(experiment.model(), experiment.sockets(), laboratory.archive), 30);
            var learner = Learner.begin(laboratory.engine, model, experiment.training(), 1);
            var engines = Engines.choose(List.of(laboratory.engine), "cpu");
            try (var swaps = new Swaps(laboratory.archive, engines, learner, RunData.read(experiment), Duration.ofSeconds(60), folder, pace)) {
                swaps.ask(Change.of("layers.*.moe.router", Plug.of("cosine")), "test");
                assertTrue(ready.tryAcquire(60, TimeUnit.SECONDS));
                assertFalse(swaps.due(0), "it is built for step 1000");
                soonest.set(5);
                assertFalse(swaps.due(0), "it is being built for step 5");
                assertTrue(ready.tryAcquire(60, TimeUnit.SECONDS));
                assertTrue(swaps.due(5));
                assertEquals(5, ((Event.Swapped) swaps.install(5).orElseThrow()).step());
            }
        }
    }
}
