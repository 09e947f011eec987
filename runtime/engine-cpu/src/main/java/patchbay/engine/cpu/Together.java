package patchbay.engine.cpu;

import java.lang.reflect.Method;
import java.util.Optional;
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
    /** Parts for each thread, as threads may differ in speed. */
    private static final int EACH = 2;

    private final WorkerPool pool;
    private float[] space = {};

    Together(WorkerPool pool) {
        this.pool = pool;
    }

    /** @param arguments of {@code kernel} after {@code first} and {@code count}; absent if its threads had better prepare each for itself */
    Optional<Prepared> prepared(Method kernel, Object[] arguments) {
        var coarse = Optional.ofNullable(kernel.getAnnotation(Coarse.class));
        if (pool.threads() < 2 || coarse.isEmpty() || coarse.get().together().length == 0) {
            return Optional.empty();
        }
        try {
            var prepared = (Prepared) coarse.get().together()[0].getConstructors()[0].newInstance(arguments);
            return Optional.of(prepared).filter(launch -> launch.size() >= LEAST && launch.size() <= MOST);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("preparing " + kernel, error);
        }
    }

    /** @param chunk rows at a time */
    Runnable body(Prepared prepared, int rows, int chunk) {
        if (space.length < prepared.size()) {
            space = new float[prepared.size()];
        }
        int parts = prepared.parts();
        int share = (parts - 1) / (pool.threads() * EACH) + 1;
        WorkerPool.Task prepare = (first, count) -> prepared.prepare(space, first, count);
        WorkerPool.Task compute = (first, count) -> prepared.compute(space, first, count);
        return () -> {
            pool.run(prepare, parts, share);
            pool.run(compute, rows, chunk);
        };
    }

    /** Bytes that it takes besides the program's arrays. */
    long memory() {
        return DType.F32.bytes(space.length);
    }
}
