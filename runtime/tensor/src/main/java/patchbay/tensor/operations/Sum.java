package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Reductions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** The sum over one axis, which is dropped, times a constant. */
public record Sum(int axis, float scale) implements Operation {

    private static final Kernel LAST = Kernel.of(Reductions.class, "sumLast");
    private static final Kernel COLUMNS = Kernel.of(Reductions.class, "sumColumns");

    /** Elements of one chunk along a row, and down a column. */
    private static final int LONG = 2048;
    private static final int DEEP = 256;

    @Override
    public String name() {
        return "sum";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        return List.of(TensorType.f32(inputs.getFirst().shape().without(axis)));
    }

    /** The input as [outer, n, inner]; what of it is summed in one go. */
    private record Plan(int outer, int n, int inner, int chunk, int chunks) {

        static Plan of(Shape shape, int axis) {
            int at = shape.axis(axis);
            int n = shape.dim(at);
            int inner = shape.span(at + 1, shape.rank());
            int chunk = inner == 1 ? LONG : DEEP;
            return new Plan(shape.span(0, at), n, inner, chunk, Math.max(1, (n + chunk - 1) / chunk));
        }

        Launch stage(int n, int chunk, int chunks, float scale, java.util.function.UnaryOperator<Launch> arrays) {
            int length = Math.min(n, chunk);
            if (inner == 1) {
                return arrays.apply(Launch.of(LAST, outer * chunks))
                        .value(n).value(chunk).value(chunks).value(scale).work(length);
            }
            int tiles = (inner + Reductions.TILE - 1) / Reductions.TILE;
            return arrays.apply(Launch.of(COLUMNS, outer * chunks * tiles))
                    .value(n).value(inner).value(chunk).value(chunks).value(tiles).value(scale)
                    .work((long) length * Math.min(inner, Reductions.TILE));
        }
    }

    @Override
    public List<TensorType> scratch(Node node) {
        var plan = Plan.of(node.input(0).shape(), axis);
        return plan.chunks == 1 ? List.of() : List.of(TensorType.f32(plan.outer, plan.chunks, plan.inner));
    }

    @Override
    public List<Launch> launches(Node node) {
        var plan = Plan.of(node.input(0).shape(), axis);
        if (plan.chunks == 1) {
            return List.of(plan.stage(plan.n, plan.chunk, 1, scale, launch -> launch.input(0).output(0)));
        }
        return List.of(
                plan.stage(plan.n, plan.chunk, plan.chunks, 1, launch -> launch.input(0).scratch(0)),
                plan.stage(plan.chunks, plan.chunks, 1, scale, launch -> launch.scratch(0).output(0)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var shape = node.input(0).shape();
        gradient.to(0, () -> {
            var g = scale == 1 ? gradient.of(0) : gradient.of(0).multiply(scale);
            return g.reshape(shape.with(axis, 1)).broadcastTo(shape);
        });
    }
}
