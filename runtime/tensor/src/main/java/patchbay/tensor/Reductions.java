package patchbay.tensor;

import java.util.Arrays;
import java.util.List;
import patchbay.tensor.operations.CumulativeSum;
import patchbay.tensor.operations.Extreme;
import patchbay.tensor.operations.Sum;

/** What makes one number of many, for f32. The axes that are reduced are dropped; one may be negative, to count from the end. */
public sealed interface Reductions permits Tensor {

    Tensor self();

    default Tensor sum() {
        return self().flatten().sum(0);
    }

    /** The sum over {@code axes}. */
    default Tensor sum(int... axes) {
        return scaledSum(1, axes);
    }

    default Tensor mean() {
        return self().flatten().mean(0);
    }

    default Tensor mean(int... axes) {
        int count = Arrays.stream(sorted(axes)).map(self()::dim).reduce(1, (a, b) -> a * b);
        return scaledSum(1f / count, axes);
    }

    /** Sums run by run of neighbouring axes, from the last; the constant is applied once. */
    private Tensor scaledSum(float scale, int[] axes) {
        var sorted = sorted(axes);
        if (sorted.length == 0) {
            return scale == 1 ? self() : self().multiply(scale);
        }
        var sum = self();
        for (int end = sorted.length - 1; end >= 0; ) {
            int begin = end;
            while (begin > 0 && sorted[begin - 1] == sorted[begin] - 1) {
                begin--;
            }
            int first = sorted[begin];
            var joined = Shape.of(Arrays.copyOf(sum.shape().dims(), first)).append(sum.shape().span(first, sorted[end] + 1))
                    .append(Arrays.copyOfRange(sum.shape().dims(), sorted[end] + 1, sum.rank()));
            sum = self().graph().apply(new Sum(first, begin == 0 ? scale : 1), sum.reshape(joined));
            end = begin - 1;
        }
        return sum;
    }

    /** {@code axes} counted from the front, in order. */
    private int[] sorted(int[] axes) {
        return self().graph().checked("sum", List.of(self().type()), () -> {
            var sorted = Arrays.stream(axes).map(self().shape()::axis).sorted().toArray();
            if (Arrays.stream(sorted).distinct().count() != sorted.length) {
                throw new ShapeError("of axes " + Arrays.toString(axes) + " one is there twice");
            }
            return sorted;
        });
    }

    /** The mean square distance from the mean over {@code axes} (of the population: divided by the count). */
    default Tensor variance(int... axes) {
        var kept = self().shape();
        for (int axis : sorted(axes)) {
            kept = kept.with(axis, 1);
        }
        return self().subtract(mean(axes).reshape(kept)).square().mean(axes);
    }

    /** The greatest element. The gradient goes to its first occurrence. */
    default Tensor max() {
        return self().flatten().max(0);
    }

    default Tensor max(int axis) {
        return extreme(axis, true, 0);
    }

    default Tensor min() {
        return self().flatten().min(0);
    }

    default Tensor min(int axis) {
        return extreme(axis, false, 0);
    }

    /** i32: the position of the greatest element along {@code axis}, the first one of equals. */
    default Tensor argmax(int axis) {
        return extreme(axis, true, 1);
    }

    private Tensor extreme(int axis, boolean greatest, int output) {
        return self().graph().apply(new Extreme(axis, greatest), List.of(self())).get(output);
    }

    /** Running sums along {@code axis}, each element in its own sum. */
    default Tensor cumulativeSum(int axis) {
        return cumulativeSum(axis, false);
    }

    /** @param exclusive leaves each element out of its own sum */
    default Tensor cumulativeSum(int axis, boolean exclusive) {
        return self().graph().apply(new CumulativeSum(axis, exclusive, false), self());
    }

    /** √Σx² over everything (the L2 norm), a scalar. Its gradient at the zero tensor is not a number. */
    default Tensor norm() {
        return self().square().sum().sqrt();
    }
}
