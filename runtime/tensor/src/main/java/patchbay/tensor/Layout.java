package patchbay.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import patchbay.tensor.operations.BroadcastTo;
import patchbay.tensor.operations.Concat;
import patchbay.tensor.operations.Pad;
import patchbay.tensor.operations.Permute;
import patchbay.tensor.operations.Reshape;
import patchbay.tensor.operations.Slice;
import patchbay.tensor.operations.Split;

/** What moves elements and computes nothing, for f32 and i32. An axis may be negative, to count from the end. */
public sealed interface Layout permits Tensor {

    Tensor self();

    /** The same elements in the same order under another shape. One size may be −1: what the others leave. A view. */
    default Tensor reshape(int... dims) {
        int open = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= dims[i];
            }
        }
        if (open < 0) {
            return reshape(checked("reshape", () -> Shape.of(dims)));
        }
        var filled = dims.clone();
        filled[open] = known > 0 ? (int) (self().size() / known) : 0;
        return reshape(checked("reshape", () -> Shape.of(filled)));
    }

    default Tensor reshape(Shape shape) {
        return shape.equals(self().shape()) ? self() : self().graph().apply(new Reshape(shape), self());
    }

    /** One axis. A view. */
    default Tensor flatten() {
        return reshape(Shape.of(self().size()));
    }

    /** A new axis of one element before {@code axis}; −1 puts it last. A view. */
    default Tensor unsqueeze(int axis) {
        int[] dims = self().shape().dims();
        return reshape(checked("unsqueeze", () -> {
            int at = axis < 0 ? axis + dims.length + 1 : axis;
            if (at < 0 || at > dims.length) {
                throw new ShapeError("there is no place " + axis + " among its axes");
            }
            return Shape.of(Arrays.copyOf(dims, at)).append(1).append(Arrays.copyOfRange(dims, at, dims.length));
        }));
    }

    /** Without {@code axis}, which must have one element. A view. */
    default Tensor squeeze(int axis) {
        return reshape(checked("squeeze", () -> {
            if (self().dim(axis) != 1) {
                throw new ShapeError("axis " + axis + " has " + self().dim(axis) + " elements, not 1");
            }
            return self().shape().without(axis);
        }));
    }

    /** Two axes exchanged. */
    default Tensor transpose(int a, int b) {
        var axes = IntStream.range(0, self().rank()).toArray();
        int first = checked("transpose", () -> self().shape().axis(a));
        int second = checked("transpose", () -> self().shape().axis(b));
        axes[first] = second;
        axes[second] = first;
        return permute(axes);
    }

    /** The axes in another order: axis i of the result is axis {@code axes[i]} of this. */
    default Tensor permute(int... axes) {
        var counted = Arrays.stream(axes).map(axis -> axis < 0 ? axis + self().rank() : axis).boxed().toList();
        boolean same = counted.equals(IntStream.range(0, self().rank()).boxed().toList());
        return same ? self() : self().graph().apply(new Permute(counted), self());
    }

    /** The elements {@code from … to − 1} along {@code axis}. */
    default Tensor slice(int axis, int from, int to) {
        boolean whole = from == 0 && to == checked("slice", () -> self().dim(axis));
        return whole ? self() : self().graph().apply(new Slice(axis, from, to), self());
    }

    /** Consecutive parts of the given sizes, which add up to that of {@code axis}. */
    default List<Tensor> split(int axis, int... sizes) {
        var list = Arrays.stream(sizes).boxed().toList();
        return self().graph().apply(new Split(axis, list), List.of(self()));
    }

    /** Tensors one behind the other along {@code axis}. */
    static Tensor concat(int axis, Tensor... tensors) {
        return concat(axis, List.of(tensors));
    }

    static Tensor concat(int axis, List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new ShapeError("concat of no tensors");
        }
        var first = tensors.getFirst();
        return tensors.size() == 1 ? first : first.graph().apply(new Concat(axis), tensors).getFirst();
    }

    /** Repeated along the axes that it lacks or that have one element, to fill {@code shape}. */
    default Tensor broadcastTo(Shape shape) {
        boolean view = shape.size() == self().size() && stretches(self().shape(), shape);
        return view ? reshape(shape) : self().graph().apply(new BroadcastTo(shape), self());
    }

    /** The reverse of {@link #broadcastTo}: summed over the axes that {@code shape} lacks or has with one element. f32. */
    default Tensor sumTo(Shape shape) {
        var full = self().shape();
        int missing = full.rank() - shape.rank();
        var summed = checked("sumTo", () -> {
            if (!stretches(shape, full)) {
                throw new ShapeError(shape + " does not stretch to " + full);
            }
            return IntStream.range(0, full.rank())
                    .filter(axis -> full.dim(axis) != 1 && (axis < missing || shape.dim(axis - missing) == 1)).toArray();
        });
        return (summed.length == 0 ? self() : self().sum(summed)).reshape(shape);
    }

    private static boolean stretches(Shape from, Shape to) {
        int missing = to.rank() - from.rank();
        return missing >= 0 && IntStream.range(0, from.rank())
                .allMatch(axis -> from.dim(axis) == 1 || from.dim(axis) == to.dim(axis + missing));
    }

    /** Each element along {@code axis} {@code times} times in a row: [a, b] becomes [a, a, b, b]. */
    default Tensor repeat(int axis, int times) {
        int at = checked("repeat", () -> self().shape().axis(axis));
        var wide = self().unsqueeze(at + 1);
        return wide.broadcastTo(wide.shape().with(at + 1, times)).reshape(self().shape().with(at, self().dim(at) * times));
    }

    /** Zeros before and after the elements along {@code axis}. */
    default Tensor pad(int axis, int before, int after) {
        return before == 0 && after == 0 ? self() : self().graph().apply(new Pad(axis, before, after), self());
    }

    private <T> T checked(String operation, Supplier<T> shape) {
        return self().graph().checked(operation, List.of(self().type()), shape);
    }
}
