package patchbay.tensor;

import java.util.List;
import patchbay.tensor.operations.AdamW;
import patchbay.tensor.operations.ClipScale;
import patchbay.tensor.operations.GlobalNorm;

/** Steps that move parameters, as graph. */
public final class Optimizers {

    private Optimizers() {}

    /** What a step yields; each belongs into the variable it came from. */
    public record Step(Tensor parameter, Tensor m, Tensor v) {}

    /**
     * One step of AdamW.
     *
     * @param hyper {@code [3]}, the values of {@link AdamW#hyper}
     * @param clip {@code [1]}, a factor on the gradient
     */
    public static Step adamW(AdamW settings, Tensor parameter, Tensor gradient, Tensor m, Tensor v, Tensor hyper,
            Tensor clip) {
        var moved = parameter.graph().apply(settings, List.of(parameter, gradient, m, v, hyper, clip));
        return new Step(moved.get(0), moved.get(1), moved.get(2));
    }

    /** The Euclidean norm of all elements of all tensors together, {@code [1]}. There must be at least one tensor. */
    public static Tensor globalNorm(List<Tensor> tensors) {
        return tensors.getFirst().graph().apply(new GlobalNorm(), tensors).getFirst();
    }

    /** {@code min(1, clip / norm)}: {@code [1] → [1]}. */
    public static Tensor clipScale(Tensor norm, float clip) {
        return norm.graph().apply(new ClipScale(clip), norm);
    }
}
