package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Turns each head by the angles of its position: x {@code [B, T, H, D]}, table {@code [T, R]} of {@link RotaryTable}. Of the
 * first R elements of a head, j and j + R/2 are one pair; the others stay as they are.
 *
 * @param inverse turns back: the transpose, which is the gradient
 */
public record Rotary(boolean inverse) implements Operation {

    private static final Kernel ROTATE = Kernel.of(patchbay.kernels.Rotary.class, "rotate");

    @Override
    public String name() {
        return inverse ? "rotary-inverse" : "rotary";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("the operand", inputs.get(0));
        Expect.f32("the table", inputs.get(1));
        var x = inputs.get(0).shape();
        var table = inputs.get(1).shape();
        Expect.that(x.rank() == 4, "the operand must be [batch, time, heads, dim]");
        Expect.that(table.rank() == 2 && table.dim(0) == x.dim(1) && table.dim(1) % 2 == 0 && table.dim(1) <= x.dim(3),
                "the table must be [" + x.dim(1) + ", an even number up to " + x.dim(3) + "]");
        return List.of(inputs.get(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        var x = node.input(0).shape();
        return List.of(Launch.of(ROTATE, x.span(0, 3)).input(0).input(1).output(0)
                .value(x.dim(1)).value(x.dim(2)).value(x.dim(3)).value(node.input(1).shape().dim(1) / 2)
                .value(inverse ? -1f : 1f).work(4L * x.dim(3)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).graph().apply(new Rotary(!inverse), gradient.of(0), node.inputs().get(1)));
        if (gradient.wanted(1)) {
            Expect.that(false, "there is no gradient by the table of angles");
        }
    }

    @Override
    public boolean inPlace(int output, int input) {
        return input == 0;
    }
}
