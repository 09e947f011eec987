package patchbay.engine.cpu.vector;

import java.util.Locale;
import java.util.concurrent.CyclicBarrier;

/** GFLOP/s of the matrix product by size, transposes and threads: {@code main}, not a test. */
final class MatMulBenchmark {

    private MatMulBenchmark() {}

    private static final int[][] SIZES = {{96, 96, 96}, {128, 128, 128}, {192, 192, 192}, {384, 384, 384}, {768, 768, 768}, {1024, 1024, 1024}, {1152, 1152, 1152},
        {768, 384, 128}, {768, 128, 512}, {128, 512, 768}, {4, 512, 512}, {1, 512, 512}, {1, 4096, 512}};

    public static void main(String[] arguments) throws Exception {
        System.out.println("GFLOP/s, vectors of " + Vectors.bits() + " bits; nn, nt, tn, tt: which of A and B is transposed");
        for (int threads = 1; threads <= 2; threads++) {
            System.out.printf("%n%d threads %14s %8s %8s %8s %8s%n", threads, "m × n × k", "nn", "nt", "tn", "tt");
            for (var size : SIZES) {
                System.out.printf("%24s", size[0] + " × " + size[1] + " × " + size[2]);
                for (int transposes = 0; transposes < 4; transposes++) {
                    System.out.printf(Locale.ROOT, " %8.1f", measure(size[0], size[1], size[2], (transposes & 2) != 0, (transposes & 1) != 0, threads));
                }
                System.out.println();
            }
        }
    }

    private static double measure(int m, int n, int k, boolean aTransposed, boolean bTransposed, int threads) throws Exception {
        var a = new float[m * k];
        var b = new float[k * n];
        var out = new float[m * n];
        long flops = 2L * m * n * k;
        int repeats = (int) Math.max(1, 40_000_000 / flops);
        var barrier = new CyclicBarrier(threads);
        var best = new double[] {0};
        Runnable work = () -> {
            int part = Integer.parseInt(Thread.currentThread().getName());
            int first = m * part / threads;
            int count = m * (part + 1) / threads - first;
            long until = System.nanoTime() + 600_000_000L;
            boolean[] go = {true};
            while (go[0]) {
                try {
                    barrier.await();
                    long start = System.nanoTime();
                    for (int i = 0; i < repeats; i++) {
                        MatMul.matmul(first, count, a, b, out, m, n, k, 0, aTransposed ? 1 : k, aTransposed ? m : 1,
                                0, bTransposed ? 1 : n, bTransposed ? k : 1);
                    }
                    barrier.await();
                    if (part == 0) {
                        best[0] = Math.max(best[0], (double) flops * repeats / (System.nanoTime() - start));
                        STOP = System.nanoTime() > until;
                    }
                    barrier.await();
                    go[0] = !STOP;
                } catch (Exception interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
        };
        var all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = new Thread(work, Integer.toString(i));
            all[i].start();
        }
        for (var thread : all) {
            thread.join();
        }
        return best[0];
    }

    private static volatile boolean STOP;
}
