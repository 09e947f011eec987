package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import patchbay.kernels.Layouts;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** Tensors one behind the other along one axis. */
public record Concat(int axis) implements Operation {

    private static final Kernel FLOATS = Kernel.of(Layouts.class, "place");
    private static final Kernel INTS = Kernel.of(Layouts.class, "placeInts");

    @Override
    public String name() {
        return "concat";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs);
        var first = inputs.getFirst().shape();
        int sum = 0;
        for (var input : inputs) {
            if (input.shape().rank() != first.rank() || !input.shape().with(axis, 0).equals(first.with(axis, 0))) {
                throw new ShapeError(first + " and " + input.shape() + " differ in another axis than " + axis);
            }
            sum += input.shape().dim(axis);
        }
        return List.of(new TensorType(dtype, first.with(axis, sum)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        var shape = out.shape();
        int at = shape.axis(axis);
        int outer = shape.span(0, at);
        int inner = shape.span(at + 1, shape.rank());
        var kernel = out.dtype() == DType.F32 ? FLOATS : INTS;
        var launches = new ArrayList<Launch>();
        int from = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
            int length = node.input(i).shape().dim(axis);
            // One block would be one row, and one thread's: along the first axis its parts are rows.
            var launch = outer == 1
                    ? Launch.of(kernel, length).input(i).output(0).value(inner).value(inner).value(from * inner).work(inner)
                    : Launch.of(kernel, outer).input(i).output(0).value(length * inner).value(shape.dim(axis) * inner)
                            .value(from * inner).work((long) length * inner);
            launches.add(launch);
            from += length;
        }
        return launches;
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        int from = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
            int start = from;
            int end = from + node.input(i).shape().dim(axis);
            gradient.to(i, () -> gradient.of(0).slice(axis, start, end));
            from = end;
        }
    }
}
