package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import patchbay.engine.cpu.CpuEngine;
import patchbay.lab.Archive;
import patchbay.lab.Experiment;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;
import patchbay.model.Plug;

/**
 * {@code swap}: another router in every layer of a model of {@code quickstart}'s size while it trains, beside what one does without it:
 * stop with a checkpoint, start a new run with the other router from there, in the same process.
 */
final class Swapping {

    private static final String REBUILT = "rebuilt";
    private static final String STANDSTILL = "training stands still";
    private static final String IN_USE = "command to first step";
    private static final String ROUTERS = "layers.*.moe.router";
    private static final List<String> TURNS = List.of("cosine", "top-k");
    /** Most swaps that do not count, until what they run is compiled. */
    private static final int WARM_UP = 2;
    /** Steps between two changes. */
    private static final int STEPS = 5;

    private final Lab lab;
    private final TemporaryFolder folder;
    private Run run;
    private int changes;

    private Swapping(Lab lab, TemporaryFolder folder) {
        this.lab = lab;
        this.folder = folder;
        run = lab.start(experiment("top-k", ""));
    }

    static Benchmark benchmark() {
        return new Benchmark("swap", "Swapping the routers of a live run of quickstart's size", "less is better",
                List.of(line(STANDSTILL), line(IN_USE)), List.of(), Optional.of(Swapping::measure));
    }

    private static Line line(String name) {
        return new Line(name, Unit.MILLISECONDS, 0, 0, List.of(new Contender(OURS, 0, Swapping::refused), new Contender(REBUILT, 0, Swapping::refused)));
    }

    private static Task refused(int threads) {
        throw new UnsupportedOperationException("a swap is measured in a run and not by itself");
    }

    private static List<Figures> measure(Benchmark benchmark, int threads, Measuring measuring) {
        int rounds = measuring.rounds();
        try (var folder = new TemporaryFolder(); var engine = new CpuEngine(threads)) {
            var lab = new Lab(engine, Archive.of(Plugins.all()), folder.path().resolve("runs"), Duration.ofSeconds(20));
            var standstill = new double[2][rounds]; // [ours, rebuilt]
            var inUse = new double[2][rounds];
            try {
                var swapping = new Swapping(lab, folder);
                for (int round = -Math.min(WARM_UP, measuring.warmUp()); round < rounds; round++) {
                    var ours = swapping.swap();
                    var rebuilt = swapping.rebuild();
                    if (round >= 0) {
                        standstill[0][round] = ours.standstill();
                        standstill[1][round] = rebuilt.standstill();
                        inUse[0][round] = ours.inUse();
                        inUse[1][round] = rebuilt.inUse();
                    }
                }
            } finally {
                lab.close();
            }
            return List.of(figures(benchmark.lines().get(0), threads, standstill), figures(benchmark.lines().get(1), threads, inUse));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while swaps were measured", interrupted);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a swap failed: " + failed.getCause(), failed);
        }
    }

    private static Figures figures(Line line, int threads, double[][] values) {
        var none = new double[values[0].length];
        Arrays.fill(none, Double.NaN);
        return Figures.of(line, threads, List.of(new Samples(OURS, values[0]), new Samples(REBUILT, values[1])), new Samples("peak", none));
    }

    /** Milliseconds. */
    private record Cost(double standstill, double inUse) {}

    private Cost swap() throws InterruptedException, ExecutionException {
        settle();
        long asked = System.nanoTime();
        var event = run.swap(ROUTERS, Plug.of(next())).get();
        if (!(event instanceof Event.Swapped swapped)) {
            throw new IllegalStateException("the swap was refused: " + event);
        }
        new Steps(run, 1).await();
        return new Cost(swapped.pauseMillis(), millisSince(asked));
    }

    /** Between the last step of the old run and the first of the new one, and from the decision on. */
    private Cost rebuild() throws InterruptedException {
        settle();
        long asked = System.nanoTime();
        run.stop("rebuilt with another router");
        run.await();
        var rebuilt = new Steps(1);
        run = lab.start(experiment(next(), run.id()), rebuilt);
        rebuilt.await();
        double cost = millisSince(asked);
        return new Cost(cost - run.last().orElseThrow().milliseconds(), cost);
    }

    private void settle() throws InterruptedException {
        new Steps(run, STEPS).await();
    }

    private String next() {
        return TURNS.get(changes++ % TURNS.size());
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    private Experiment experiment(String router, String from) {
        var file = folder.path().resolve("swap.yaml");
        try {
            Files.writeString(file, """
                    name: swap
                    from: '%s'
                    sockets: {%s: %s}
                    training: {steps: 1000000, batch: 12, evaluate-every: 1000000, checkpoint-every: 1000000}
                    """.formatted(from, ROUTERS, router));
        } catch (IOException error) {
            throw new UncheckedIOException("an experiment: " + error.getMessage(), error);
        }
        return Experiment.read(file, List.of());
    }

    /** Waits for a run's next steps. */
    private static final class Steps implements RunListener {

        private final CountDownLatch left;

        Steps(int steps) {
            left = new CountDownLatch(steps);
        }

        Steps(Run run, int steps) {
            this(steps);
            run.listen(this);
        }

        @Override
        public void measured(Run run, Measurement measurement) {
            left.countDown();
            if (left.getCount() == 0) {
                run.ignore(this);
            }
        }

        @Override
        public void ended(Run run) {
            while (left.getCount() > 0) {
                left.countDown();
            }
        }

        void await() throws InterruptedException {
            left.await();
        }
    }
}
