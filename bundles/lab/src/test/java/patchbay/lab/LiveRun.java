package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import patchbay.data.EvaluationBatches;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;
import patchbay.training.Learner;

/** A run that stands still between two steps, for tests that change its model and let it make some more. */
final class LiveRun {

    private static final String[] ENDLESS = {"training.steps=100000", "training.evaluate-every=0", "training.checkpoint-every=0"};

    private final Laboratory laboratory;
    private final Run run;

    private LiveRun(Laboratory laboratory, Run run) throws Exception {
        this.laboratory = laboratory;
        this.run = run;
        run.pause();
        at(Learner::births); // between two steps: it stands still
    }

    static LiveRun start(Laboratory laboratory, String... overrides) throws Exception {
        var all = Stream.concat(Stream.of(ENDLESS), Stream.of(overrides)).toArray(String[]::new);
        return start(laboratory, laboratory.experiment(all));
    }

    static LiveRun start(Laboratory laboratory, Experiment experiment) throws Exception {
        var live = new LiveRun(laboratory, laboratory.lab.start(experiment));
        live.someSteps(20);
        return live;
    }

    Run run() {
        return run;
    }

    <T> T at(Function<Learner, T> work) throws Exception {
        return run.withModel(work).get(60, TimeUnit.SECONDS);
    }

    /** At least so many. */
    void someSteps(long more) throws Exception {
        long goal = run.step() + more;
        var there = new CountDownLatch(1);
        var listener = new RunListener() {
            @Override
            public void measured(Run measuring, Measurement measurement) {
                if (measurement.step() >= goal) {
                    measuring.pause();
                    there.countDown();
                }
            }

            @Override
            public void ended(Run ended) {
                there.countDown();
            }
        };
        run.listen(listener);
        run.unpause();
        assertTrue(there.await(60, TimeUnit.SECONDS), "step " + goal + " does not come");
        run.ignore(listener);
        at(Learner::births);
    }

    /** Held-out, in nats. */
    double loss() throws Exception {
        var batches = new EvaluationBatches(run.dataset().validation(), 4, 12, 4);
        return at(learner -> learner.evaluate(batches).loss());
    }

    /** Of every variable, by name. */
    Map<String, float[]> values() throws Exception {
        return at(learner -> {
            var values = new TreeMap<String, float[]>();
            for (var name : learner.variables().names()) {
                var copy = new float[learner.variables().type(name).size()];
                learner.variables().read(name, copy);
                values.put(name, copy);
            }
            return values;
        });
    }

    void end() throws Exception {
        run.stop("enough");
        Laboratory.ended(run);
    }

    LiveRun resumed() throws Exception {
        var begins = new AtomicBoolean(true);
        return new LiveRun(laboratory, laboratory.lab.resume(run.id(), new RunListener() {
            @Override
            public void happened(Run resumed, Event event) {
                if (begins.getAndSet(false)) {
                    resumed.pause(); // before its first step
                }
            }
        }));
    }

    /** Ends it and repeats it from its record. */
    Replay.Verdict assertRepeatable() throws Exception {
        end();
        var running = Replay.begin(laboratory.lab, run.folder(), new RunListener() {});
        Laboratory.ended(running.run());
        var verdict = running.verdict();
        assertTrue(verdict.identical(), verdict::toString);
        return verdict;
    }
}
