package patchbay.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A line's contenders in turns, a turn an iteration of JMH's: 0, 1, 2, 0, 1, 2, … So what disturbs the machine for a second
 * disturbs them all, and figures of one round can be divided by one another.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Turns {

    /** Runs before results are compared: more than one, so that a training step's gradients show in its loss. */
    private static final int PROOF = 3;
    /** Greatest difference of two results, as a part of the greatest magnitude. */
    private static final double TOLERANCE = 1e-3;

    /** Name of the benchmark. */
    @Param("")
    public String benchmark;

    /** Which of its lines. */
    @Param("0")
    public int line;

    @Param("1")
    public int threads;

    private final List<Task> tasks = new ArrayList<>();
    private Task current;
    private int turn;

    @Setup(Level.Trial)
    public void prepare() {
        var chosen = Suite.here().named(benchmark).lines().get(line);
        chosen.turns().forEach(contender -> tasks.add(contender.prepare().apply(threads)));
        tasks.forEach(task -> {
            for (int i = 0; i < PROOF; i++) {
                task.run();
            }
        });
        for (int other = 1; other < chosen.contenders().size(); other++) {
            compare(chosen, other);
        }
    }

    /** Whoever computes something else is not a peer: its time would mean nothing. */
    private void compare(Line chosen, int other) {
        var mine = tasks.getFirst().result();
        var theirs = tasks.get(other).result();
        double scale = 0;
        double difference = theirs.length == 0 || theirs.length == mine.length ? 0 : Double.NaN;
        for (int i = 0; i < theirs.length && difference <= Double.MAX_VALUE; i++) {
            scale = Math.max(scale, Math.abs(mine[i]));
            difference = Math.max(difference, Math.abs(mine[i] - theirs[i]));
        }
        if (!(difference <= TOLERANCE * scale)) {
            throw new IllegalStateException(chosen.name() + ": " + chosen.contenders().get(other).name() + " computes something else than "
                    + Contender.OURS + ": they differ by " + difference + " of " + scale + ", " + head(mine) + " and " + head(theirs));
        }
    }

    private static String head(float[] values) {
        return Arrays.toString(Arrays.copyOf(values, Math.min(values.length, 4)));
    }

    @Setup(Level.Iteration)
    public void next() {
        current = tasks.get(turn++ % tasks.size());
    }

    @org.openjdk.jmh.annotations.Benchmark
    public void run() {
        current.run();
    }

    @TearDown(Level.Trial)
    public void close() {
        tasks.forEach(Task::close);
    }
}
