package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.TensorType;

/** The inputs that {@link Dispatch} and {@link Combine} have in common. */
final class Choices {

    private Choices() {}

    /** Checks inputs 1 to 4: weights [N, k], order and inverse [N · k], offsets. */
    static void check(List<TensorType> inputs, int rows, int k) {
        Expect.f32("weights", inputs.get(1), rows, k);
        Expect.i32("order", inputs.get(2), rows * k);
        Expect.i32("inverse", inputs.get(3), rows * k);
        Expect.i32("offsets", inputs.get(4), inputs.get(4).shape().dims());
        Expect.that(inputs.get(4).shape().rank() == 1 && inputs.get(4).size() >= 2, "offsets must be [groups + 1]");
    }
}
