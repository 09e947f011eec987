package patchbay.bench;

import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The roofline (Williams et al. 2009): what the machine's cores and its memory can do at best, measured beside everything else. */
final class Ceiling {

    /** Floating-point operations of a run. */
    private static final double OPERATIONS = 2e8;
    /** Independent sums: two units of four cycles' latency need eight, a few more do no harm. */
    private static final int SUMS = 10;
    /** Rounds, or elements, of one call: many short calls are compiled as a whole method, a few long ones from the middle of a loop only. */
    private static final int BLOCK = 1 << 13;
    /** Elements of an array: 64 MB, more than any cache here. */
    private static final int LENGTH = 1 << 24;

    private Ceiling() {}

    // By lambdas and not by references to constructors: those load the classes, and who only lists benchmarks has no Vector API.

    /** Fused multiply-adds on registers alone, shared by the threads. */
    static Contender fma() {
        return new Contender("peak", OPERATIONS, threads -> new Multiplying(threads));
    }

    /** {@code a = b + s · c} over arrays that no cache holds, as McCalpin's STREAM counts its bytes. */
    static Contender triad() {
        return new Contender("peak", 3.0 * Float.BYTES * LENGTH, Streaming::new);
    }

    /** Reading alone, of as much as a large model's weights. */
    static Contender reading() {
        return new Contender("peak", (double) Float.BYTES * 4 * LENGTH, threads -> new Reading(threads));
    }

    private static final class Multiplying implements Task {

        private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

        private final Crew crew;
        private final float[] sums;
        private final int rounds;

        Multiplying(int threads) {
            crew = new Crew(threads);
            sums = new float[threads];
            rounds = (int) (OPERATIONS / (2.0 * SUMS * FLOATS.length() * threads));
        }

        @Override
        public void run() {
            crew.run(thread -> {
                for (int done = 0; done < rounds; done += BLOCK) {
                    sums[thread] = multiply(sums[thread], Math.min(BLOCK, rounds - done));
                }
            });
        }

        private static float multiply(float start, int rounds) {
            var factor = FloatVector.broadcast(FLOATS, 0.9999f);
            var term = FloatVector.broadcast(FLOATS, 1e-4f);
            // each its own value: the compiler must not find that they are all one
            var a = FloatVector.broadcast(FLOATS, start);
            var b = a.add(term);
            var c = b.add(term);
            var d = c.add(term);
            var e = d.add(term);
            var f = e.add(term);
            var g = f.add(term);
            var h = g.add(term);
            var i = h.add(term);
            var j = i.add(term);
            for (int round = 0; round < rounds; round++) {
                a = a.fma(factor, term);
                b = b.fma(factor, term);
                c = c.fma(factor, term);
                d = d.fma(factor, term);
                e = e.fma(factor, term);
                f = f.fma(factor, term);
                g = g.fma(factor, term);
                h = h.fma(factor, term);
                i = i.fma(factor, term);
                j = j.fma(factor, term);
            }
            return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).lane(0) / SUMS;
        }

        @Override
        public void close() {
            crew.close();
        }
    }

    private static final class Streaming implements Task {

        private final Crew crew;
        private final float[] a = new float[LENGTH];
        private final float[] b = new float[LENGTH];
        private final float[] c = new float[LENGTH];
        private final IntConsumer part;

        Streaming(int threads) {
            crew = new Crew(threads);
            Arrays.fill(b, 1);
            Arrays.fill(c, 2);
            part = thread -> {
                int from = (int) ((long) LENGTH * thread / threads);
                int to = (int) ((long) LENGTH * (thread + 1) / threads);
                for (int at = from; at < to; at += BLOCK) {
                    stream(a, b, c, at, Math.min(at + BLOCK, to));
                }
            };
        }

        @Override
        public void run() {
            crew.run(part);
        }

        private static void stream(float[] a, float[] b, float[] c, int from, int to) {
            for (int i = from; i < to; i++) {
                a[i] = b[i] + 3 * c[i];
            }
        }

        @Override
        public void close() {
            crew.close();
        }
    }

    /** Each thread reads its part of an array in four places at once: processors prefetch more of several streams than of one. */
    private static final class Reading implements Task {

        private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

        private final Crew crew;
        private final float[] array = new float[4 * LENGTH];
        private final float[] sums;
        private final IntConsumer part;

        Reading(int threads) {
            crew = new Crew(threads);
            sums = new float[threads];
            Arrays.fill(array, 1);
            int stream = array.length / threads / 4 / BLOCK * BLOCK;
            part = thread -> {
                int from = 4 * stream * thread;
                for (int at = from; at < from + stream; at += BLOCK) {
                    sums[thread] += sum(array, at, stream);
                }
            };
        }

        @Override
        public void run() {
            crew.run(part);
        }

        private static float sum(float[] x, int first, int stream) {
            var a = FloatVector.zero(FLOATS);
            var b = a;
            var c = a;
            var d = a;
            for (int i = first; i < first + BLOCK; i += FLOATS.length()) {
                a = a.add(FloatVector.fromArray(FLOATS, x, i));
                b = b.add(FloatVector.fromArray(FLOATS, x, i + stream));
                c = c.add(FloatVector.fromArray(FLOATS, x, i + 2 * stream));
                d = d.add(FloatVector.fromArray(FLOATS, x, i + 3 * stream));
            }
            return a.add(b).add(c).add(d).lane(0);
        }

        @Override
        public void close() {
            crew.close();
        }
    }
}
