package patchbay.engine.cpu;

import java.util.List;
import patchbay.kernels.Parallel;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** Operations and kernels that only the tests know, as a plugin would bring them; one for every trait that the engine uses. */
public enum TestOperation implements Operation {

    /** a + b, over either. */
    ADD("add"),
    /** Half of each row backwards: never in place. */
    REVERSE("reverse"),
    /** Two outputs, half of a + b and half of a − b, over either. */
    BUTTERFLY("butterfly"),
    /** Running means of the running means of each row, through a scratch array. */
    SUMS("sums"),
    /** The same elements as one row. */
    FLATTEN("flatten"),
    /** Fails at any element that is negative. */
    ROOT("root");

    private final Kernel kernel;

    TestOperation(String kernel) {
        this.kernel = kernel.equals("flatten") ? Kernel.of(Kernels.class, "add") : Kernel.of(Kernels.class, kernel);
    }

    /** The kernels, in a class of this package. */
    public static final class Kernels {

        private Kernels() {}

        public static void add(int first, int count, float[] a, float[] b, float[] out) {
            for (@Parallel int i = 0; i < count; i++) {
                out[first + i] = a[first + i] + b[first + i];
            }
        }

        public static void reverse(int first, int count, float[] a, float[] out, int columns) {
            for (@Parallel int i = 0; i < count; i++) {
                int row = (first + i) * columns;
                for (int j = 0; j < columns; j++) {
                    out[row + j] = a[row + columns - 1 - j] * 0.5f;
                }
            }
        }

        public static void butterfly(int first, int count, float[] a, float[] b, float[] sum, float[] difference) {
            for (@Parallel int i = 0; i < count; i++) {
                float x = a[first + i];
                float y = b[first + i];
                sum[first + i] = (x + y) * 0.5f;
                difference[first + i] = (x - y) * 0.5f;
            }
        }

        public static void sums(int first, int count, float[] a, float[] sums, int columns) {
            for (@Parallel int i = 0; i < count; i++) {
                int row = (first + i) * columns;
                float sum = 0;
                for (int j = 0; j < columns; j++) {
                    sum += a[row + j];
                    sums[row + j] = sum / (j + 1);
                }
            }
        }

        public static void root(int first, int count, float[] a, float[] out) {
            for (@Parallel int i = 0; i < count; i++) {
                if (a[first + i] < 0) {
                    throw new ArithmeticException("root of " + a[first + i]);
                }
                out[first + i] = (float) Math.sqrt(a[first + i]);
            }
        }
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var type = inputs.getFirst();
        return switch (this) {
            case BUTTERFLY -> List.of(type, type);
            case FLATTEN -> List.of(TensorType.f32(1, type.size()));
            default -> List.of(type);
        };
    }

    @Override
    public List<Launch> launches(Node node) {
        int size = node.output(0).size();
        Shape shape = node.input(0).shape();
        return switch (this) {
            case ADD -> List.of(Launch.of(kernel, size).input(0).input(1).output(0));
            case REVERSE -> List.of(Launch.of(kernel, shape.dim(0)).input(0).output(0).value(shape.dim(1)).work(shape.dim(1)));
            case BUTTERFLY -> List.of(Launch.of(kernel, size).input(0).input(1).output(0).output(1));
            case SUMS -> List.of(
                    Launch.of(kernel, shape.dim(0)).input(0).scratch(0).value(shape.dim(1)),
                    Launch.of(kernel, shape.dim(0)).scratch(0).output(0).value(shape.dim(1)));
            case FLATTEN -> List.of();
            case ROOT -> List.of(Launch.of(kernel, size).input(0).output(0));
        };
    }

    @Override
    public List<TensorType> scratch(Node node) {
        return this == SUMS ? List.of(node.input(0)) : List.of();
    }

    @Override
    public boolean inPlace(int output, int input) {
        return switch (this) {
            case ADD, ROOT, BUTTERFLY -> true;
            default -> false;
        };
    }

    @Override
    public boolean isView() {
        return this == FLATTEN;
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
