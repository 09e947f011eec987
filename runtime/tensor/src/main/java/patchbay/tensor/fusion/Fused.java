package patchbay.tensor.fusion;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Several elementwise operations as one. It exists in a schedule only, never in a graph.
 *
 * @param parts the nodes that it stands for, in order
 * @param width elements of the output's last axis
 * @param stretches of the operands that are stretched, in order: divide, rows, row
 * @param constants of all terms, in order
 */
public record Fused(List<Node> parts, Formula formula, Kernel kernel, TensorType type, int width, List<Integer> stretches,
        List<Float> constants) implements Operation {

    @Override
    public String name() {
        return "fused";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        return List.of(type);
    }

    @Override
    public List<Launch> launches(Node node) {
        boolean byRows = formula.byRows();
        var launch = Launch.of(kernel, byRows ? (width == 0 ? 0 : type.size() / width) : type.size());
        for (int operand = 0; operand < node.inputs().size(); operand++) {
            launch.input(operand);
        }
        launch.output(0);
        if (byRows) {
            launch.value(width);
        }
        stretches.forEach(launch::value);
        constants.forEach(launch::value);
        long work = formula.operands().size() + formula.terms().size();
        return List.of(launch.work(byRows ? work * width : work));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        throw new UnsupportedOperationException("gradients are taken before operations are fused");
    }

    /** Only a full operand is as large as the output, and its element is read before that of the output is written. */
    @Override
    public boolean inPlace(int output, int input) {
        return formula.operands().get(input) == Formula.Access.FULL;
    }
}
