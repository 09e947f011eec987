package patchbay.tensor.operations;

import java.util.List;
import java.util.stream.IntStream;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Cosines and sines of the angles by which {@link Rotary} turns: start {@code i32[1]}, frequencies {@code [dims / 2]} {@code → [time, dims]}, the
 * cosines in front. One table a run serves every head, layer and direction.
 *
 * @param time number of positions from {@code start[0]} on
 * @param turns what the frequencies are, which tells tables apart
 */
public record RotaryTable(int time, Turns turns) implements Operation {

    private static final Kernel TABLE = Kernel.of(patchbay.kernels.Rotary.class, "table");

    /**
     * How fast the pairs of a head's elements turn.
     *
     * @param frequencies radians a position, one for each pair
     * @param magnitude what cosines and sines are multiplied with; 1 turns and no more
     */
    public record Turns(List<Float> frequencies, float magnitude) {

        public Turns {
            frequencies = List.copyOf(frequencies);
            Expect.that(!frequencies.isEmpty(), "there must be at least one pair of dimensions to turn");
        }

        /** Pair j of {@code dims / 2} turns by base^(−2j / dims) (Su et al. 2021, equation 15). */
        public static Turns of(float base, int dims) {
            Expect.that(dims >= 2 && dims % 2 == 0, dims + " dimensions cannot be turned in pairs: an even number is needed");
            Expect.that(base > 0, "the base must be positive, not " + base);
            return new Turns(IntStream.range(0, dims / 2).mapToObj(j -> (float) Math.pow(base, -2.0 * j / dims)).toList(), 1);
        }

        /** How many elements of a head turn. */
        public int dims() {
            return 2 * frequencies.size();
        }

        public float[] toArray() {
            var array = new float[frequencies.size()];
            for (int j = 0; j < array.length; j++) {
                array[j] = frequencies.get(j);
            }
            return array;
        }
    }

    @Override
    public String name() {
        return "rotary-table";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.i32("start", inputs.get(0), 1);
        Expect.f32("the frequencies", inputs.get(1), turns.dims() / 2);
        return List.of(TensorType.f32(time, turns.dims()));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(TABLE, time).input(0).input(1).output(0).value(turns.dims() / 2).value(turns.magnitude()).work(100L * turns.dims()));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
