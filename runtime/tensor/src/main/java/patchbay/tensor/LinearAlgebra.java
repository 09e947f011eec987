package patchbay.tensor;

import patchbay.tensor.operations.GroupedMatMul;
import patchbay.tensor.operations.GroupedOuter;
import patchbay.tensor.operations.MatMul;
import patchbay.tensor.operations.OuterSum;

/** Products of matrices. */
public interface LinearAlgebra {

    Tensor self();

    /** {@code [*, m, k] × [*, k, n] → [*, m, n]}. */
    default Tensor matmul(Tensor right) {
        return matmul(right, false, false);
    }

    /**
     * The product over the last two axes. Leading axes are a batch and broadcast; with one matrix on the right, all rows on
     * the left make one product. The right operand may be f16 or bf16, and one that was widened ({@code weights.toFloat()}) is read
     * as it is kept; what is computed is f32.
     *
     * @param transposeA this tensor is {@code [*, k, m]}
     * @param transposeB {@code right} is {@code [*, n, k]}
     * @throws ShapeError if the inner sizes differ or the leading axes do not broadcast
     */
    default Tensor matmul(Tensor right, boolean transposeA, boolean transposeB) {
        var product = new MatMul(transposeA, transposeB);
        return product.apply(self(), right);
    }

    /** {@code Σ xᵀ·y} over all leading axes: {@code [*, m], [*, n] → [m, n]}. */
    default Tensor outerSum(Tensor right) {
        return self().graph().apply(new OuterSum(), self(), right);
    }

    /** As {@link #groupedMatmul(Tensor, Tensor, boolean)} with weights {@code [G, in, out]}. */
    default Tensor groupedMatmul(Tensor weights, Tensor offsets) {
        return groupedMatmul(weights, offsets, false);
    }

    /**
     * Each row of {@code [R, in]}, sorted by group, times its group's matrix: {@code → [R, out]}. This is how the tokens of a
     * mixture meet their experts. Rows beyond the last group yield zeros. Weights may be f16 or bf16, as in {@link #matmul}.
     *
     * @param weights {@code [G, in, out]}, or {@code [G, out, in]} if transposed
     * @param offsets {@code i32[G + 1]}: group g has the rows from {@code offsets[g]} to {@code offsets[g + 1]}; a group may
     *     be empty
     */
    default Tensor groupedMatmul(Tensor weights, Tensor offsets, boolean transposeWeights) {
        return new GroupedMatMul(transposeWeights).apply(self(), weights, offsets);
    }

    /** {@code Σ xᵀ·y} over the rows of each group: {@code [R, k], [R, n] → [G, k, n]}. */
    default Tensor groupedOuter(Tensor right, Tensor offsets) {
        return self().graph().apply(new GroupedOuter(), self(), right, offsets);
    }
}
