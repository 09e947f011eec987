package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/**
 * Which {@code n} blocks of the text each query looks into (Yuan et al. 2025, section 3.3.2): its own, the one before, the first, and the most
 * important of those that are finished: q {@code [B, T, H, D]}, k {@code [B, M, G, D]}, normalizer {@code [B, H, T]}, start
 * {@code i32[1]}, offsets {@code i32[levels]} {@code → i32 [B, T, G, n, 2]}, the blocks' first tokens and those behind their last. Query t
 * stands at position {@code (start + t) · every}; its own block goes on behind it, which {@link RangedAttention} is not to be given. No
 * gradient passes.
 *
 * <p>k are keys that stand for runs of tokens: those of level 0, {@code per} for each block, from {@code offsets[0]} on, and those of level i,
 * one for each run of {@code growth^i} blocks, from {@code offsets[i]} on. Those are read that end with query t or before. A key's importance is what it would weigh in an attention with that log-sum-exp, summed over the heads of key
 * head g (equation 10). With one level every block is looked at (equation 9); with more, the n best runs of each level are
 * searched on, so that a query looks at {@code n · growth} keys a level.
 */
public record SelectBlocks(int block, int growth, int per, int every, int n, float scale) implements Operation {

    private static final Kernel KERNEL = Kernel.of(patchbay.kernels.BlockSelection.class, "select");

    /** Blocks that are taken whatever their importance. */
    public static final int FORCED = 3;

    public SelectBlocks {
        Expect.that(block >= 1 && growth >= 2 && per >= 1 && every >= 1 && n >= FORCED,
                "it takes blocks of at least 1, a growth of at least 2, at least 1 key a block, queries at least 1 apart and at least " + FORCED + " blocks");
    }

    @Override
    public String name() {
        return "select-blocks";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 5);
        var q = inputs.get(0).shape();
        var k = inputs.get(1).shape();
        Expect.f32("q", inputs.get(0));
        Expect.that(q.rank() == 4, "q must be [batch, time, heads, dim]");
        Expect.f32("k", inputs.get(1));
        Expect.that(k.rank() == 4 && k.dim(0) == q.dim(0) && k.dim(3) == q.dim(3) && k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0,
                "k must be [" + q.dim(0) + ", keys, key heads, " + q.dim(3) + "], and the " + q.dim(2) + " heads share its key heads evenly");
        Expect.f32("the normalizer", inputs.get(2), q.dim(0), q.dim(2), q.dim(1));
        Expect.i32("start", inputs.get(3), 1);
        Expect.i32("offsets", inputs.get(4), inputs.get(4).shape().size());
        return List.of(TensorType.i32(q.dim(0), q.dim(1), k.dim(2), n, 2));
    }

    /** The importances of the blocks that are kept. */
    @Override
    public List<TensorType> scratch(Node node) {
        var ranges = node.output(0).shape();
        return List.of(TensorType.f32(Shape.of(ranges.dim(0), ranges.dim(1), ranges.dim(2), n)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var q = node.input(0).shape();
        var k = node.input(1).shape();
        int levels = node.input(4).size();
        int looked = Math.min(k.dim(1), n * growth * levels);
        return List.of(Launch.of(KERNEL, q.dim(0) * q.dim(1) * k.dim(2)).input(0).input(1).input(2).input(3).input(4).output(0).scratch(0)
                .value(q.dim(1)).value(k.dim(1)).value(q.dim(2)).value(k.dim(2)).value(q.dim(3)).value(levels)
                .value(block).value(growth).value(per).value(every).value(n).value(scale)
                .work((long) looked * q.dim(2) / k.dim(2) * (q.dim(3) + 10)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
