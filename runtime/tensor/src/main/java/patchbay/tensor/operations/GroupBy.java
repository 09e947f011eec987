package patchbay.tensor.operations;

import java.util.List;
import java.util.function.UnaryOperator;
import patchbay.kernels.Grouping;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/**
 * A stable counting sort of i32 entries by their value, 0 … groups − 1; entries of another value are in no group and come last.
 * Outputs: order [M], inverse [M], offsets [groups + 1] (i32), counts [groups] (f32).
 */
public record GroupBy(int groups) implements Operation {

    private static final Kernel COUNT = Kernel.of(Grouping.class, "countGroups");
    private static final Kernel PLACE = Kernel.of(Grouping.class, "placeGroups");
    private static final Kernel ORDER = Kernel.of(Grouping.class, "orderGroups");

    /** Entries that one row counts, at least. */
    private static final int CHUNK = 512;

    @Override
    public String name() {
        return "groupBy";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        Expect.dtype(inputs.getFirst(), DType.I32);
        if (groups < 1) {
            throw new ShapeError("into " + groups + " groups; there must be at least one");
        }
        var entries = TensorType.i32(inputs.getFirst().size());
        return List.of(entries, entries, TensorType.i32(groups + 1), TensorType.f32(groups));
    }

    @Override
    public List<TensorType> scratch(Node node) {
        return List.of(table(node.input(0).size(), groups));
    }

    @Override
    public List<Launch> launches(Node node) {
        return launches(node.input(0).size(), groups, launch -> launch.input(0), launch -> launch.scratch(0),
                launch -> launch.output(0), launch -> launch.output(1), launch -> launch.output(2), launch -> launch.output(3));
    }

    /** The counts of each chunk; as many groups as entries make one chunk, lest the table outgrow the entries. */
    static TensorType table(int size, int groups) {
        return TensorType.i32(chunks(size, groups), groups + 1);
    }

    private static int chunk(int groups) {
        return Math.max(CHUNK, 4 * groups);
    }

    private static int chunks(int size, int groups) {
        return (size + chunk(groups) - 1) / chunk(groups);
    }

    static List<Launch> launches(int size, int groups, UnaryOperator<Launch> entries, UnaryOperator<Launch> table,
            UnaryOperator<Launch> order, UnaryOperator<Launch> inverse, UnaryOperator<Launch> offsets, UnaryOperator<Launch> counts) {
        int chunk = chunk(groups);
        int chunks = chunks(size, groups);
        var count = table.apply(entries.apply(Launch.of(COUNT, chunks))).value(size).value(groups).value(chunk);
        var place = counts.apply(offsets.apply(table.apply(Launch.of(PLACE, 1)))).value(groups).value(chunks);
        var sort = inverse.apply(order.apply(table.apply(entries.apply(Launch.of(ORDER, chunks)))))
                .value(size).value(groups).value(chunk);
        return List.of(count.work(2L * chunk), place.work((long) groups * chunks), sort.work(4L * chunk));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
