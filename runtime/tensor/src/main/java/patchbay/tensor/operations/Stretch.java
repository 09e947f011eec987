package patchbay.tensor.operations;

import java.util.List;
import java.util.Optional;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * How a broadcast operand is read while a larger output is written row by row (a row is the output's last axis): row r takes
 * the operand's elements {@code (r / divide % rows) · row + j · step}. That covers operands that lack leading axes, trailing
 * axes, or both around one run of axes that they have; others are copied out first.
 */
record Stretch(int divide, int rows, int row, int step) {

    /** {@code operation} on a and b, each copied out to the full shape first if its broadcast is beyond what the kernels do. */
    static Tensor apply(Operation operation, Tensor a, Tensor b) {
        Shape full;
        try {
            full = a.shape().broadcast(b.shape());
        } catch (ShapeError mismatch) {
            return a.graph().apply(operation, a, b); // fails in the graph's words, which name the operation and the place
        }
        return a.graph().apply(operation, readable(a, full), readable(b, full));
    }

    private static Tensor readable(Tensor operand, Shape full) {
        return of(operand.shape(), full).isPresent() ? operand : operand.broadcastTo(full);
    }

    static Shape join(List<TensorType> inputs) {
        var full = inputs.get(0).shape().broadcast(inputs.get(1).shape());
        for (var input : inputs) {
            if (of(input.shape(), full).isEmpty()) {
                throw new ShapeError(input.shape() + " must be broadcast to " + full + " beforehand");
            }
        }
        return full;
    }

    static Launch launch(Kernel kernel, Node node) {
        var out = node.output(0).shape();
        int width = out.rank() == 0 ? 1 : out.dim(-1);
        var launch = Launch.of(kernel, width == 0 ? 0 : out.size() / width).input(0).input(1).output(0).value(width);
        for (int operand = 0; operand < 2; operand++) {
            var stretch = of(node.input(operand).shape(), out).orElseThrow();
            launch.value(stretch.divide).value(stretch.rows).value(stretch.row).value(stretch.step);
        }
        return launch.work(width);
    }

    /** How {@code operand} stretches to {@code out}; empty if its leading axes are stretched between two that are not. */
    static Optional<Stretch> of(Shape operand, Shape out) {
        int missing = out.rank() - operand.rank();
        int kept = 1;
        int divide = 1;
        boolean closed = false;
        for (int axis = out.rank() - 2; axis >= 0; axis--) {
            int full = out.dim(axis);
            int here = axis < missing ? 1 : operand.dim(axis - missing);
            if (full == 1) {
                continue;
            }
            if (here == full && closed) {
                return Optional.empty();
            }
            if (here == full) {
                kept *= full;
            } else if (kept > 1) {
                closed = true;
            } else {
                divide *= full;
            }
        }
        int last = operand.rank() == 0 ? 1 : operand.dim(-1);
        // Sizes of 0 leave no rows to compute; 1 keeps the kernel's divisors legal.
        return Optional.of(new Stretch(Math.max(divide, 1), Math.max(kept, 1), last, last == 1 ? 0 : 1));
    }
}
