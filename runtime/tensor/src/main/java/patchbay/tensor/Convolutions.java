package patchbay.tensor;

import patchbay.tensor.operations.Unfold;
import patchbay.tensor.operations.Unfold.Axis;

/** Windows that slide over pictures {@code [B, H, W, C]}, or over what runs along one axis {@code [B, T, C]}. */
public sealed interface Convolutions permits Tensor {

    Tensor self();

    /** What a window shows at each of its places: {@code [B, H, W, C] → [B, H', W', kh · kw · C]}; zeros beside the picture. */
    default Tensor unfold(Axis rows, Axis columns) {
        return self().graph().apply(new Unfold(rows, columns), self());
    }

    /** The same along one axis: {@code [B, T, C] → [B, T', k · C]}. */
    default Tensor unfold(Axis along) {
        if (self().rank() != 3) {
            throw new ShapeError("unfold of " + self().type() + ": along one axis it must be [batch, time, channels]");
        }
        return self().unsqueeze(1).unfold(Axis.point(), along).squeeze(1);
    }

    /**
     * A convolution, without a bias: {@code [B, H, W, C] → [B, H', W', N]}.
     *
     * @param weight {@code [kh · kw · C, N]}, the channels of a cell side by side
     */
    default Tensor convolve(Tensor weight, Axis rows, Axis columns) {
        boolean points = rows.equals(Axis.point()) && columns.equals(Axis.point());
        return (points ? self() : unfold(rows, columns)).matmul(weight);
    }

    /** The same along one axis: {@code [B, T, C] → [B, T', N]}. */
    default Tensor convolve(Tensor weight, Axis along) {
        return (along.equals(Axis.point()) ? self() : unfold(along)).matmul(weight);
    }
}
