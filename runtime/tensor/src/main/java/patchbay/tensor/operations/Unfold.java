package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Unfolding;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/**
 * What a window shows at each of its places: [B, H, W, C] → [B, H', W', kh · kw · C], with H' places along {@code rows} and W' along {@code columns}.
 * A convolution is this and a matrix product. Beside the picture are zeros.
 */
public record Unfold(Axis rows, Axis columns) implements Operation {

    private static final Kernel UNFOLD = Kernel.of(Unfolding.class, "unfold");
    private static final Kernel FOLD = Kernel.of(Unfolding.class, "fold");

    /**
     * A window along one axis.
     *
     * @param size of the window, in cells
     * @param stride from one place to the next
     * @param before how far the first place stands out before the first element
     * @param after how far the last may stand out behind the last element
     * @param dilation from one cell to the next
     */
    public record Axis(int size, int stride, int before, int after, int dilation) {

        public Axis {
            Expect.that(size >= 1 && stride >= 1 && before >= 0 && after >= 0 && dilation >= 1,
                    "a window has a size, a stride and a dilation of at least 1, and stands out by at least 0, not " + size + ", " + stride + ", " + dilation
                            + ", " + before + " and " + after);
        }

        /** Windows that lie side by side. */
        public static Axis tiled(int size) {
            return new Axis(size, size, 0, 0, 1);
        }

        /** Of an odd size, around each element, or each {@code stride}-th. */
        public static Axis around(int size, int stride) {
            return new Axis(size, stride, size / 2, size / 2, 1);
        }

        /** Ends at each element: what comes after is not seen. */
        public static Axis causal(int size, int dilation) {
            return new Axis(size, 1, (size - 1) * dilation, 0, dilation);
        }

        /** One cell at each element. */
        public static Axis point() {
            return tiled(1);
        }

        /** Places along an axis of {@code length} elements; below 1 if the window is longer. */
        public int places(int length) {
            int room = before + length + after - (size - 1) * dilation - 1;
            return room < 0 ? 0 : room / stride + 1;
        }
    }

    @Override
    public String name() {
        return "unfold";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        var x = inputs.getFirst().shape();
        Expect.that(x.rank() == 4, "it must be [batch, height, width, channels]");
        int down = rows.places(x.dim(1));
        int across = columns.places(x.dim(2));
        Expect.that(down >= 1 && across >= 1, "a window of " + rows.size() + " × " + columns.size() + " has no place in " + x.dim(1) + " × " + x.dim(2));
        return List.of(TensorType.f32(x.dim(0), down, across, cells() * x.dim(3)));
    }

    private int cells() {
        return rows.size() * columns.size();
    }

    @Override
    public List<Launch> launches(Node node) {
        var x = node.input(0).shape();
        var out = node.output(0).shape();
        return List.of(sized(Launch.of(UNFOLD, out.dim(0) * out.dim(1) * out.dim(2)), x, out).work(out.dim(3)));
    }

    private Launch sized(Launch launch, Shape picture, Shape unfolded) {
        return launch.input(0).output(0).value(picture.dim(1)).value(picture.dim(2)).value(picture.dim(3)).value(unfolded.dim(1)).value(unfolded.dim(2))
                .value(rows.size()).value(columns.size()).value(rows.stride()).value(columns.stride()).value(rows.before()).value(columns.before())
                .value(rows.dilation()).value(columns.dilation());
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var x = node.input(0).shape();
        gradient.to(0, () -> gradient.of(0).graph().apply(new Fold(this, x), gradient.of(0)));
    }

    /** The reverse: what the windows show of one point is added up. */
    record Fold(Unfold unfold, Shape picture) implements Operation {

        @Override
        public String name() {
            return "fold";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            var type = TensorType.f32(picture);
            Expect.f32("what the windows show", inputs.getFirst(), unfold.infer(List.of(type)).getFirst().shape());
            return List.of(type);
        }

        @Override
        public List<Launch> launches(Node node) {
            var launch = Launch.of(FOLD, picture.dim(0) * picture.dim(1) * picture.dim(2));
            return List.of(unfold.sized(launch, picture, node.input(0).shape()).work((long) unfold.cells() * picture.dim(3)));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            gradient.to(0, () -> gradient.of(0).graph().apply(unfold, gradient.of(0)));
        }
    }
}
