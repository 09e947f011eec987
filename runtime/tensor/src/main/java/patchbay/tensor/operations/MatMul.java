package patchbay.tensor.operations;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.kernels.HalfMatMul;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * Matrix product over the last two axes: {@code [*, m, k] × [*, k, n] → [*, m, n]}, either operand read transposed. The
 * leading axes are equal, or one operand has none or only ones. The right operand may be kept in f16 or bf16; it is widened as
 * it is read.
 *
 * @param transposeA a is {@code [*, k, m]}
 * @param transposeB b is {@code [*, n, k]}
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Operation {

    static final Kernel MATMUL = Kernel.of(patchbay.kernels.MatMul.class, "matmul");
    private static final Kernel COLUMNS = Kernel.of(patchbay.kernels.MatMul.class, "columns");
    private static final Kernel HALF_MATMUL = Kernel.of(HalfMatMul.class, "matmul");
    private static final Kernel HALF_COLUMNS = Kernel.of(HalfMatMul.class, "columns");

    /** Rows of a product up to which its columns are shared out in their place, as when one token is decoded. */
    private static final int FEW = 4;
    /** The same, for an engine of few threads, by a matrix that comes from memory: each then reads a part of it, where with rows each would read all of it. */
    private static final int FEW_FAR = 32;
    /** Elements of a matrix that is too large for a cache that one thread has to itself. */
    private static final int FAR = 128 * 1024;

    /** The product of {@code a} and {@code b}, copied out to equal leading axes first where both are stretched, each along another axis. */
    public Tensor apply(Tensor a, Tensor b) {
        boolean asTheyAre = a.rank() < 2 || b.rank() < 2 || fit(batch(a.shape()), batch(b.shape()))
                || !broadcast(batch(a.shape()), batch(b.shape()));
        if (asTheyAre) {
            return a.graph().apply(this, a, Halves.unwidened(b)); // which refuses what cannot be, with the operands' shapes
        }
        return a.graph().apply(this, stretched(a, b.shape()), stretched(Halves.widened(b), a.shape()));
    }

    private static boolean fit(Shape a, Shape b) {
        return a.equals(b) || a.size() == 1 || b.size() == 1;
    }

    private static boolean broadcast(Shape a, Shape b) {
        return IntStream.rangeClosed(1, Math.min(a.rank(), b.rank()))
                .allMatch(i -> a.dim(-i) == b.dim(-i) || a.dim(-i) == 1 || b.dim(-i) == 1);
    }

    private static Tensor stretched(Tensor operand, Shape other) {
        var batch = batch(operand.shape()).broadcast(batch(other));
        return operand.broadcastTo(batch.append(operand.dim(-2), operand.dim(-1)));
    }

    @Override
    public String name() {
        return "matmul";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("the left operand", inputs.get(0));
        Expect.weights("the right operand", inputs.get(1));
        var a = inputs.get(0).shape();
        var b = inputs.get(1).shape();
        Expect.that(a.rank() >= 2 && b.rank() >= 2, "both operands must have at least two axes");
        Expect.that(k(a) == bK(b), "the left operand has " + k(a) + " columns" + (transposeA ? " (transposed)" : "")
                + " but the right one " + bK(b) + " rows" + (transposeB ? " (transposed)" : ""));
        var aBatch = batch(a);
        var bBatch = batch(b);
        Expect.that(fit(aBatch, bBatch), "leading axes " + aBatch + " and " + bBatch
                + " do not broadcast");
        return List.of(TensorType.f32(aBatch.broadcast(bBatch).append(m(a), n(b))));
    }

    @Override
    public List<Launch> launches(Node node) {
        return launches(node, FEW);
    }

    @Override
    public List<Launch> coarseLaunches(Node node) {
        var b = node.input(1);
        return launches(node, b.dtype() == DType.F32 && b.shape().size() > FAR ? FEW_FAR : FEW);
    }

    /** @param few rows up to which columns are shared out */
    private List<Launch> launches(Node node, int few) {
        var a = node.input(0).shape();
        var b = node.input(1).shape();
        int m = m(a);
        int n = n(b);
        int k = k(a);
        var kept = node.input(1).dtype();
        int rows = node.output(0).shape().span(0, node.output(0).shape().rank() - 1);
        // one matrix on the right for all rows of a: the batch is one large product
        boolean flat = batch(b).size() == 1 && !transposeA;
        if (rows <= few && batch(b).size() == 1 && (flat || rows == m)) {
            return List.of(Halves.format(kept, Halves.launch(kept, COLUMNS, HALF_COLUMNS, n)
                    .input(0).input(1).output(0).value(rows).value(n).value(k)
                    .value(transposeA ? 1 : k).value(transposeA ? m : 1).value(transposeB ? 1 : n).value(transposeB ? k : 1)
                    .work(2L * rows * k)));
        }
        return List.of(Halves.format(kept, Halves.launch(kept, MATMUL, HALF_MATMUL, rows).input(0).input(1).output(0)
                .value(flat ? rows : m).value(n).value(k)
                .value(flat || batch(a).size() == 1 ? 0 : m * k).value(transposeA ? 1 : k).value(transposeA ? m : 1)
                .value(batch(b).size() == 1 ? 0 : k * n).value(transposeB ? 1 : n).value(transposeB ? k : 1)
                .work(2L * n * k)));
    }

    /** {@code da = dy·bᵀ} and {@code db = aᵀ·dy}, transposed where the operand is, summed over the axes it was stretched along. */
    @Override
    public void gradient(Node node, Gradient gradient) {
        var a = node.inputs().get(0);
        var b = node.inputs().get(1);
        gradient.to(0, () -> {
            var dy = gradient.of(0);
            return (transposeA ? Halves.widened(b).matmul(dy, transposeB, true) : dy.matmul(b, false, !transposeB)).sumTo(a.shape());
        });
        gradient.to(1, () -> {
            var dy = gradient.of(0);
            if (batch(b.shape()).size() == 1 && !transposeA) {
                return (transposeB ? dy.outerSum(a) : a.outerSum(dy)).reshape(b.shape());
            }
            return (transposeB ? dy.matmul(a, true, transposeA) : a.matmul(dy, !transposeA, false)).sumTo(b.shape());
        });
    }

    private static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.dims(), shape.rank() - 2));
    }

    private int m(Shape a) {
        return a.dim(transposeA ? -1 : -2);
    }

    private int k(Shape a) {
        return a.dim(transposeA ? -2 : -1);
    }

    private int bK(Shape b) {
        return b.dim(transposeB ? -1 : -2);
    }

    private int n(Shape b) {
        return b.dim(transposeB ? -2 : -1);
    }
}
