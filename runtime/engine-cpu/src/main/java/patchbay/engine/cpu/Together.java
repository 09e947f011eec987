package patchbay.engine.cpu;

import patchbay.tensor.DType;

/**
 * Runs the {@link Prepared} launches of a program: all threads prepare, and when that is whole all of them compute. As launches
 * follow one another, one array serves them all.
 */
final class Together {

    /** Elements from which it pays: fewer are prepared sooner by each thread than the threads wait for one another. */
    private static final int LEAST = 1 << 16;
    /** Elements at the most, 8 MiB: more are needed by very wide products alone, which lose a hundredth without. */
    private static final int MOST = 1 << 21;

    private final WorkerPool pool;
    private float[] space = {};

    Together(WorkerPool pool) {
        this.pool = pool;
    }

    /** Whether the threads should prepare it together in every run, rather than each for itself. */
    boolean suits(Prepared launch) {
        return pool.threads() > 1 && launch.isShared()
                && launch.preparation().filter(preparation -> preparation.size() >= LEAST && preparation.size() <= MOST).isPresent();
    }

    /** @param chunk rows at a time */
    Runnable body(Prepared launch, int rows, int chunk) {
        var preparation = launch.preparation().orElseThrow();
        if (space.length < preparation.size()) {
            space = new float[preparation.size()];
        }
        WorkerPool.Task prepare = (first, count) -> preparation.prepare(space, first, count);
        WorkerPool.Task compute = (first, count) -> launch.compute(space, first, count);
        return () -> {
            pool.prepare(prepare, preparation.parts());
            pool.run(compute, rows, chunk);
        };
    }

    /** Bytes that it takes besides the program's arrays. */
    long memory() {
        return DType.F32.bytes(space.length);
    }
}
