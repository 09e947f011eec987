package patchbay.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How lines are measured.
 *
 * @param warmUp rounds that are thrown away, until the compiler is through
 * @param rounds that count; in each every contender has one turn
 * @param fork whether each line gets a JVM of its own, compiled for it alone
 * @param longest milliseconds of a turn at most, whatever the line wants
 */
record Measuring(int warmUp, int rounds, boolean fork, int longest) {

    /** For figures that count. */
    static final Measuring REAL = new Measuring(5, 9, true, Integer.MAX_VALUE);

    /**
     * The figures of one line; of each turn the median time of its runs.
     *
     * @throws IllegalStateException if a contender fails, or computes something else than ours; names the log
     */
    Figures measure(Benchmark benchmark, int number, int threads) {
        var line = benchmark.lines().get(number);
        var turns = line.turns();
        var turn = TimeValue.milliseconds(Math.min(longest, line.millis()));
        try {
            var log = Files.createTempFile("patchbay-bench-", ".log");
            var options = new OptionsBuilder()
                    .include("^" + Turns.class.getName().replace(".", "\\.") + "\\.run$")
                    .param("benchmark", benchmark.name()).param("line", Integer.toString(number)).param("threads", Integer.toString(threads))
                    .forks(fork ? 1 : 0).warmupForks(0)
                    .warmupIterations(warmUp * turns.size()).warmupTime(turn)
                    .measurementIterations(rounds * turns.size()).measurementTime(turn)
                    .jvmArgsPrepend("--add-modules", "jdk.incubator.vector").jvmArgsAppend(flags(threads))
                    .output(log.toString()).shouldFailOnError(true)
                    .build();
            try {
                var iterations = new Runner(options).runSingle().getBenchmarkResults().iterator().next().getIterationResults();
                var figures = figures(line, threads, turns, List.copyOf(iterations));
                Files.delete(log);
                return figures;
            } catch (RunnerException error) {
                throw new IllegalStateException("benchmark " + benchmark.name() + ", " + line.name() + ", threads " + threads
                        + " failed; " + log + " has the reason", error);
            }
        } catch (IOException error) {
            throw new UncheckedIOException("the log of a benchmark: " + error.getMessage(), error);
        }
    }

    /** Who is compiled waits for it: on a busy machine the compiler's threads would still be at work when rounds count. */
    private static String[] flags(int threads) {
        return Stream.concat(Stream.of("-XX:-BackgroundCompilation"), Stream.of(LibTorch.flags(threads))).toArray(String[]::new);
    }

    /** Iterations come in the order of the turns; the machine's limit is the last of each round, and a rate always. */
    private static Figures figures(Line line, int threads, List<Contender> turns, List<IterationResult> iterations) {
        var samples = new ArrayList<Samples>();
        for (int who = 0; who < turns.size(); who++) {
            boolean peak = who == turns.size() - 1;
            var values = new double[iterations.size() / turns.size()];
            for (int round = 0; round < values.length; round++) {
                double nanos = iterations.get(round * turns.size() + who).getPrimaryResult().getStatistics().getPercentile(50);
                double work = turns.get(who).work();
                values[round] = peak ? work / nanos : line.unit().of(work, line.tokens(), nanos);
            }
            samples.add(new Samples(turns.get(who).name(), values));
        }
        var peak = samples.removeLast();
        return Figures.of(line, threads, samples, peak);
    }
}
