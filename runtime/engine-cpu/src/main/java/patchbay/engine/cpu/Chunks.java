package patchbay.engine.cpu;

import java.lang.reflect.Method;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Tensor;

/** Into how many rows at a time a launch is split. It decides about time only: a row gets the same bits in any chunk. */
final class Chunks {

    /** Scalar operations below which another thread's help costs more than it saves. */
    private static final long WORTH = 10_000;
    /** How much sooner a Vector API twin is done with as many. */
    private static final long FASTER = 4;
    /** Chunks for each thread, as rows may differ in cost and threads in speed. */
    private static final int EACH = 4;
    /** Chunks for each thread of what is prepared: each reads all of it, which half as many rows are hardly worth. */
    private static final int FINER = 2;
    /** Borders lie at multiples of this, so that no two threads write one cache line where a row is one element. */
    private static final int LINE = 64;
    /** And at multiples of this, the height of a matrix product's tile, where rows are few. */
    private static final int TILE = 8;

    private Chunks() {}

    /** @param kernel what runs: the launch's kernel or its twin */
    static int of(Node node, Launch launch, Method kernel, int threads) {
        int rows = launch.rows();
        long work = launch.work() > 0 ? launch.work() * rows : guess(node);
        long worth = kernel.equals(launch.kernel().method()) ? WORTH : WORTH * FASTER;
        int most = kernel.isAnnotationPresent(Coarse.class) ? threads : threads * EACH;
        int parts = (int) Math.min(most, work / worth);
        if (threads < 2 || parts < 2 || rows < 2) {
            return rows;
        }
        int chunk = (rows - 1) / parts + 1;
        int border = chunk >= 4 * LINE ? LINE : chunk >= 4 * TILE ? TILE : 1;
        return (chunk + border - 1) / border * border;
    }

    /** Into how many rows at a time to split what a coarse kernel would compute {@code chunk} rows of, once all is prepared. */
    static int finer(int chunk) {
        int finer = (chunk - 1) / FINER + 1;
        return Math.min(chunk, (finer + TILE - 1) / TILE * TILE);
    }

    /** One operation for every element that the node touches. */
    private static long guess(Node node) {
        return node.inputs().stream().mapToLong(Tensor::size).sum() + node.outputs().stream().mapToLong(Tensor::size).sum();
    }
}
