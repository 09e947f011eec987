package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Cosines and sines of the angles by which {@link Rotary} turns: start {@code i32[1]} {@code → [time, dims]}, the cosines in
 * front. One table a run serves every head, layer and direction.
 *
 * @param time number of positions from {@code start[0]} on
 * @param dims how many elements of a head are turned; even
 */
public record RotaryTable(int time, int dims, float base) implements Operation {

    private static final Kernel TABLE = Kernel.of(patchbay.kernels.Rotary.class, "table");

    @Override
    public String name() {
        return "rotary-table";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.i32("start", inputs.get(0), 1);
        Expect.that(dims >= 2 && dims % 2 == 0, dims + " dimensions cannot be turned in pairs: an even number is needed");
        Expect.that(base > 0, "the base must be positive, not " + base);
        return List.of(TensorType.f32(time, dims));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(TABLE, time).input(0).output(0).value(dims / 2).value(base).work(100L * dims));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
