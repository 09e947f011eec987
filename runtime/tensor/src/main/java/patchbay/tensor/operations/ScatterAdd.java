package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import patchbay.kernels.Indexing;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/**
 * Adds row i of x, indices.shape + […], to row indices[i] of [rows, …], by ascending i; those with an index outside are dropped.
 * The indices are grouped first, so that every row of the output is one thread's.
 */
public record ScatterAdd(int rows) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Indexing.class, "sumGroups");

    @Override
    public String name() {
        return "scatterAdd";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        Expect.dtype(inputs.get(0), DType.F32);
        Expect.dtype(inputs.get(1), DType.I32);
        if (rows < 0) {
            throw new ShapeError("into " + rows + " rows");
        }
        var x = inputs.get(0).shape().dims();
        var indices = inputs.get(1).shape();
        if (x.length < indices.rank() || !Shape.of(Arrays.copyOf(x, indices.rank())).equals(indices)) {
            throw new ShapeError("the first axes must be those of the indices, " + indices);
        }
        return List.of(TensorType.f32(Shape.of(rows).append(Arrays.copyOfRange(x, indices.rank(), x.length))));
    }

    @Override
    public List<TensorType> scratch(Node node) {
        int size = node.input(1).size();
        return List.of(GroupBy.table(size, rows), TensorType.i32(size), TensorType.i32(size), TensorType.i32(rows + 1), TensorType.f32(rows));
    }

    @Override
    public List<Launch> launches(Node node) {
        int size = node.input(1).size();
        int width = rows == 0 ? 0 : node.output(0).size() / rows;
        var launches = new ArrayList<Launch>(GroupBy.launches(size, rows,
                launch -> launch.input(1), launch -> launch.scratch(0), launch -> launch.scratch(1), launch -> launch.scratch(2),
                launch -> launch.scratch(3), launch -> launch.scratch(4)));
        launches.add(Launch.of(KERNEL, rows).input(0).scratch(1).scratch(3).output(0).value(width)
                .work(width * (1L + size / Math.max(rows, 1))));
        return launches;
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).gather(node.inputs().get(1)));
    }
}
