package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.HalfMatMul;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * Rows sorted by group, each multiplied with the matrix of its group: rows {@code [R, in]}, weights {@code [G, in, out]},
 * offsets {@code i32[G + 1]} {@code → [R, out]}. Group g has the rows from {@code offsets[g]} to {@code offsets[g + 1]}; a
 * row at or beyond {@code offsets[G]} yields zeros. The weights may be kept in f16 or bf16; they are widened as they are read.
 *
 * @param transposeWeights weights are {@code [G, out, in]}
 */
public record GroupedMatMul(boolean transposeWeights) implements Operation {

    private static final Kernel GROUPED = Kernel.of(patchbay.kernels.MatMul.class, "grouped");
    private static final Kernel COLUMNS = Kernel.of(patchbay.kernels.MatMul.class, "groupedColumns");
    private static final Kernel HALF_GROUPED = Kernel.of(HalfMatMul.class, "grouped");
    private static final Kernel HALF_COLUMNS = Kernel.of(HalfMatMul.class, "groupedColumns");

    /** Rows up to which the columns are shared out in their place: the choices of one or two tokens. */
    private static final int FEW = 4;

    /** {@code weights} are read as they are kept, if they were widened. */
    public Tensor apply(Tensor rows, Tensor weights, Tensor offsets) {
        return rows.graph().apply(this, rows, Halves.unwidened(weights), offsets);
    }

    @Override
    public String name() {
        return "grouped-matmul";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("rows", inputs.get(0));
        Expect.weights("weights", inputs.get(1));
        var rows = inputs.get(0).shape();
        var weights = inputs.get(1).shape();
        Expect.that(rows.rank() == 2, "rows must be [R, in]");
        Expect.that(weights.rank() == 3, "weights must be " + (transposeWeights ? "[G, out, in]" : "[G, in, out]"));
        int in = weights.dim(transposeWeights ? 2 : 1);
        Expect.that(rows.dim(1) == in, "rows have " + rows.dim(1) + " columns but the weights take " + in);
        Expect.i32("offsets", inputs.get(2), weights.dim(0) + 1);
        return List.of(TensorType.f32(rows.dim(0), weights.dim(transposeWeights ? 1 : 2)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int rows = node.input(0).shape().dim(0);
        int k = node.input(0).shape().dim(1);
        int n = node.output(0).shape().dim(1);
        var kept = node.input(1).dtype();
        if (rows <= FEW) {
            return List.of(Halves.format(kept, Halves.launch(kept, COLUMNS, HALF_COLUMNS, n).input(0).input(1).input(2).output(0).value(rows)
                    .value(node.input(1).shape().dim(0)).value(n).value(k)
                    .value(transposeWeights ? 1 : n).value(transposeWeights ? k : 1)
                    .work(2L * rows * k)));
        }
        return List.of(Halves.format(kept, Halves.launch(kept, GROUPED, HALF_GROUPED, rows).input(0).input(1).input(2).output(0)
                .value(node.input(1).shape().dim(0)).value(n).value(k)
                .value(transposeWeights ? 1 : n).value(transposeWeights ? k : 1)
                .work(2L * n * k)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var rows = node.inputs().get(0);
        var weights = node.inputs().get(1);
        var offsets = node.inputs().get(2);
        gradient.to(0, () -> gradient.of(0).groupedMatmul(weights, offsets, !transposeWeights));
        gradient.to(1, () -> transposeWeights
                ? gradient.of(0).groupedOuter(rows, offsets)
                : rows.groupedOuter(gradient.of(0), offsets));
    }
}
