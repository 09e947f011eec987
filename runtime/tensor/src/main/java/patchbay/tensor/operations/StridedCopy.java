package patchbay.tensor.operations;

import java.util.ArrayList;
import patchbay.kernels.Layouts;
import patchbay.tensor.DType;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;

/** Launches that copy a strided view of an input into an output: what permute, slice, broadcast and split do. */
final class StridedCopy {

    private static final Kernel FLOATS = Kernel.of(Layouts.class, "strided");
    private static final Kernel INTS = Kernel.of(Layouts.class, "stridedInts");

    /** Axes in front of the row that the kernel tells apart. */
    private static final int LEADING = 5;

    /** A last axis shorter than this is joined with the one before it where memory allows: short rows cost more than they copy. */
    private static final int SHORT = 16;

    private record Axis(int size, int stride) {}

    private StridedCopy() {}

    /** Distances between neighbours along each axis of a dense row-major tensor. */
    static int[] strides(Shape shape) {
        var strides = new int[shape.rank()];
        for (int axis = shape.rank() - 1, stride = 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.dim(axis);
        }
        return strides;
    }

    /** Refuses what the kernel cannot copy, while the graph is built. */
    static void check(Shape out, int[] strides) {
        int axes = axes(out, strides).size();
        if (axes > LEADING + 1) {
            throw new ShapeError("it moves " + axes + " axes; at most " + (LEADING + 1) + " can be told apart");
        }
    }

    /** Copies input 0 from {@code offset} on, {@code strides} apart along the axes of {@code out}, into an output of that shape. */
    static Launch launch(DType dtype, int output, Shape out, int[] strides, int offset) {
        var axes = axes(out, strides);
        var last = axes.removeLast();
        while (axes.size() < LEADING) {
            axes.addFirst(new Axis(1, 0));
        }
        int rows = last.size() == 0 ? 0 : out.size() / last.size();
        var launch = Launch.of(dtype == DType.F32 ? FLOATS : INTS, rows).input(0).output(output)
                .value(last.size()).value(last.stride()).value(offset);
        axes.stream().skip(1).forEach(axis -> launch.value(axis.size()));
        axes.forEach(axis -> launch.value(axis.stride()));
        return launch.work(last.size() + 8);
    }

    /** The axes of more than one element, neighbours joined where one stride walks both. */
    private static ArrayList<Axis> axes(Shape out, int[] strides) {
        var axes = new ArrayList<Axis>();
        for (int i = 0; i < out.rank(); i++) {
            var axis = new Axis(Math.max(out.dim(i), 1), strides[i]);
            if (axis.size() == 1) {
                continue;
            }
            boolean last = i == out.rank() - 1;
            var before = axes.isEmpty() ? new Axis(1, 0) : axes.getLast();
            boolean walks = !axes.isEmpty() && before.stride() == axis.stride() * axis.size();
            if (walks && (!last || axis.size() < SHORT)) {
                axes.set(axes.size() - 1, new Axis(before.size() * axis.size(), axis.stride()));
            } else {
                axes.add(axis);
            }
        }
        if (axes.isEmpty()) {
            axes.add(new Axis(1, 1));
        }
        return axes;
    }
}
