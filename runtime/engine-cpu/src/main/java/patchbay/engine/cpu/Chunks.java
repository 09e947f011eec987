package patchbay.engine.cpu;

import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Tensor;

/** Into how many rows at a time a launch is split. It decides about time only: a row gets the same bits in any chunk. */
final class Chunks {

    /** Scalar operations below which waking another thread costs more than it saves. */
    private static final long WORTH = 40_000;
    /** Rows that are single elements are split at multiples of this, so that no two threads write one cache line. */
    private static final int LINE = 64;

    private Chunks() {}

    static int of(Node node, Launch launch, int threads) {
        int rows = launch.rows();
        long work = launch.work() > 0 ? launch.work() * rows : guess(node);
        int parts = (int) Math.min(threads, work / (WORTH / 2));
        if (parts < 2 || rows < 2) {
            return rows;
        }
        int chunk = (rows - 1) / parts + 1;
        return chunk < LINE * 4 ? chunk : (chunk + LINE - 1) / LINE * LINE;
    }

    /** One operation for every element that the node touches. */
    private static long guess(Node node) {
        return node.inputs().stream().mapToLong(Tensor::size).sum() + node.outputs().stream().mapToLong(Tensor::size).sum();
    }
}
