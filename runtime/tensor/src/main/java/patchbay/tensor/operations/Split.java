package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Layout;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** Consecutive parts of the given sizes along one axis. */
public record Split(int axis, List<Integer> sizes) implements Operation {

    public Split {
        sizes = List.copyOf(sizes);
    }

    @Override
    public String name() {
        return "split";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 1);
        var shape = inputs.getFirst().shape();
        int sum = sizes.stream().mapToInt(Integer::intValue).sum();
        if (sum != shape.dim(axis)) {
            throw new ShapeError("sizes " + sizes + " add up to " + sum + ", but axis " + axis + " has " + shape.dim(axis) + " elements");
        }
        var parts = sizes.stream().map(size -> shape.with(axis, size)).toList();
        parts.forEach(part -> StridedCopy.check(part, StridedCopy.strides(shape)));
        return parts.stream().map(part -> new TensorType(dtype, part)).toList();
    }

    @Override
    public List<Launch> launches(Node node) {
        var strides = StridedCopy.strides(node.input(0).shape());
        var launches = new ArrayList<Launch>();
        int from = 0;
        for (int i = 0; i < sizes.size(); i++) {
            var out = node.output(i);
            launches.add(StridedCopy.launch(out.dtype(), i, out.shape(), strides, from * strides[out.shape().axis(axis)]));
            from += sizes.get(i);
        }
        return launches;
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> Layout.concat(axis, IntStream.range(0, sizes.size()).mapToObj(gradient::of).toList()));
    }
}
