package patchbay.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The sizes of a tensor's axes, row-major, the last axis contiguous. The empty shape is a scalar of size 1. An axis may
 * be counted from the end: {@code dim(-1)} is the last.
 */
public final class Shape {

    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        long product = 1;
        for (int dim : dims) {
            if (dim < 0) {
                throw new ShapeError("shape " + Arrays.toString(dims) + ": a size must not be negative");
            }
            product *= dim;
            if (product > Integer.MAX_VALUE - 8) {
                throw new ShapeError("shape " + Arrays.toString(dims) + ": more than 2^31 elements in one tensor");
            }
        }
        this.dims = dims;
        this.size = (int) product;
    }

    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public static Shape scalar() {
        return SCALAR;
    }

    public int rank() {
        return dims.length;
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /** Size of {@code axis}, which may be negative to count from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** {@code axis} counted from the front. */
    public int axis(int axis) {
        int counted = axis < 0 ? axis + dims.length : axis;
        if (counted < 0 || counted >= dims.length) {
            throw new ShapeError("axis " + axis + " of " + this + ": it has " + dims.length + " axes");
        }
        return counted;
    }

    public int[] dims() {
        return dims.clone();
    }

    /** Product of the sizes of the axes from {@code from} (included) to {@code to} (excluded), both counted from the front. */
    public int span(int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= dims[axis];
        }
        return product;
    }

    /** This shape with {@code axis} of another size. */
    public Shape with(int axis, int dim) {
        var changed = dims.clone();
        changed[axis(axis)] = dim;
        return of(changed);
    }

    /** This shape without {@code axis}. */
    public Shape without(int axis) {
        int gone = axis(axis);
        var left = new int[dims.length - 1];
        for (int i = 0, j = 0; i < dims.length; i++) {
            if (i != gone) {
                left[j++] = dims[i];
            }
        }
        return of(left);
    }

    /** This shape with more axes behind it. */
    public Shape append(int... more) {
        var all = Arrays.copyOf(dims, dims.length + more.length);
        System.arraycopy(more, 0, all, dims.length, more.length);
        return of(all);
    }

    /** The shape that both broadcast to (axes aligned at the end; a missing or 1-sized axis stretches). */
    public Shape broadcast(Shape other) {
        int rank = Math.max(dims.length, other.dims.length);
        var joined = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int mine = i <= dims.length ? dims[dims.length - i] : 1;
            int theirs = i <= other.dims.length ? other.dims[other.dims.length - i] : 1;
            if (mine != theirs && mine != 1 && theirs != 1) {
                throw new ShapeError(this + " and " + other + " do not broadcast: " + mine + " against " + theirs);
            }
            joined[rank - i] = mine == 1 ? theirs : mine;
        }
        return of(joined);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
