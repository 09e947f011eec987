package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** The Euclidean norm of all elements of all inputs together {@code → [1]}: squares summed in chunks of fixed length. */
public record GlobalNorm() implements Operation {

    private static final int CHUNK = 4096;

    private static final Kernel SQUARES = Kernel.of(patchbay.kernels.Optimizer.class, "squares");
    private static final Kernel NORM = Kernel.of(patchbay.kernels.Optimizer.class, "norm");

    @Override
    public String name() {
        return "global-norm";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        inputs.forEach(type -> Expect.f32("every operand", type));
        return List.of(TensorType.f32(1));
    }

    @Override
    public List<TensorType> scratch(Node node) {
        return List.of(TensorType.f32(node.inputs().stream().mapToInt(input -> chunks(input.size())).sum()));
    }

    @Override
    public List<Launch> launches(Node node) {
        var launches = new java.util.ArrayList<Launch>();
        int offset = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
            int size = node.input(i).size();
            launches.add(Launch.of(SQUARES, chunks(size)).input(i).scratch(0).value(size).value(CHUNK).value(offset)
                    .work(Math.min(size, CHUNK)));
            offset += chunks(size);
        }
        launches.add(Launch.of(NORM, 1).scratch(0).output(0).value(offset).work(offset));
        return launches;
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }

    private static int chunks(int size) {
        return (size + CHUNK - 1) / CHUNK;
    }
}
