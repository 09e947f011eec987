package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * The sum over all rows (along the last axis) of their outer products: {@code [*, m], [*, n] → [m, n]}. It is the gradient
 * of a linear layer by its weights.
 */
public record OuterSum() implements Operation {

    @Override
    public String name() {
        return "outer-sum";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.rows("the left operand", inputs.get(0));
        Expect.rows("the right operand", inputs.get(1));
        int left = Expect.rowCount(inputs.get(0));
        int right = Expect.rowCount(inputs.get(1));
        Expect.that(left == right, "one operand has " + left + " rows and the other " + right);
        return List.of(TensorType.f32(inputs.get(0).shape().dim(-1), inputs.get(1).shape().dim(-1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int m = node.output(0).shape().dim(0);
        int n = node.output(0).shape().dim(1);
        int k = Expect.rowCount(node.input(0));
        return List.of(Launch.of(MatMul.MATMUL, m).input(0).input(1).output(0)
                .value(m).value(n).value(k).value(0).value(1).value(m).value(0).value(n).value(1)
                .work(2L * n * k));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var a = node.inputs().get(0);
        var b = node.inputs().get(1);
        gradient.to(0, () -> rows(b).matmul(gradient.of(0), false, true).reshape(a.shape()));
        gradient.to(1, () -> rows(a).matmul(gradient.of(0)).reshape(b.shape()));
    }

    private static Tensor rows(Tensor operand) {
        return operand.reshape(Shape.of(Expect.rowCount(operand.type()), operand.dim(-1)));
    }
}
