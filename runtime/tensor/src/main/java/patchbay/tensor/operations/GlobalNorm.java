package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** The Euclidean norm of all elements of all inputs together {@code → [1]}: squares summed in chunks of fixed length. */
public record GlobalNorm() implements Operation {

    private static final int CHUNK = 4096;
    private static final int TOGETHER = 4;

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

    /** Four inputs a launch: on a device a launch of small ones takes longer to begin than to run. */
    @Override
    public List<Launch> launches(Node node) {
        var launches = new ArrayList<Launch>();
        int inputs = node.inputs().size();
        int offset = 0;
        for (int i = 0; i < inputs; i += TOGETHER) {
            int from = i;
            var sizes = IntStream.range(i, i + TOGETHER).map(input -> input < inputs ? node.input(input).size() : 0).toArray();
            int chunks = IntStream.of(sizes).map(GlobalNorm::chunks).sum();
            var launch = Launch.of(SQUARES, chunks);
            IntStream.range(i, i + TOGETHER).forEach(input -> launch.input(input < inputs ? input : from)); // nothing is read of a size of 0
            launch.scratch(0);
            IntStream.of(sizes).forEach(launch::value);
            launches.add(launch.value(CHUNK).value(offset).work(CHUNK));
            offset += chunks;
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
