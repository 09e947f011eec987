package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Hashing;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * The {@link patchbay.tensor.Runs} of T queries that each see the last keys of their own buckets up to themselves, one run for each of R hashes: of the
 * keys' buckets {@code i32[B, S, H, R]} and start {@code i32[1]} the order of the keys and their places {@code i32[B, H, R, S]}, and the runs' begins and
 * ends {@code i32[B, H, T, R]}. Query t is key {@code start + t}; keys at or beyond {@code start + T} do not exist yet. What a query is given
 * depends on the keys up to its own alone, so it is the same when those after it are there.
 *
 * @param time T
 * @param buckets how many there are of each hash
 * @param longest the most keys of a run
 */
public record BucketRuns(int time, int buckets, int longest) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Hashing.class, "runs");

    public BucketRuns {
        Expect.that(buckets > 0 && longest > 0, "there must be at least one bucket and one key, not " + buckets + " and " + longest);
    }

    @Override
    public String name() {
        return "bucket-runs";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        var keys = inputs.getFirst().shape();
        Expect.that(keys.rank() == 4, "buckets must be [batch, keys, heads, hashes]");
        Expect.i32("buckets", inputs.getFirst(), keys);
        Expect.that(time <= keys.dim(1), time + " queries are more than " + keys.dim(1) + " keys");
        Expect.i32("start", inputs.get(1), 1);
        var order = TensorType.i32(keys.dim(0), keys.dim(2), keys.dim(3), keys.dim(1));
        var runs = TensorType.i32(keys.dim(0), keys.dim(2), time, keys.dim(3));
        return List.of(order, order, runs, runs);
    }

    @Override
    public List<TensorType> scratch(Node node) {
        return List.of(TensorType.i32(rows(node), 2 * buckets));
    }

    private static int rows(Node node) {
        var keys = node.input(0).shape();
        return keys.dim(0) * keys.dim(2) * keys.dim(3);
    }

    @Override
    public List<Launch> launches(Node node) {
        var keys = node.input(0).shape();
        return List.of(Launch.of(KERNEL, rows(node)).input(0).input(1).output(0).output(1).output(2).output(3).scratch(0)
                .value(time).value(keys.dim(1)).value(keys.dim(2)).value(keys.dim(3)).value(buckets).value(longest)
                .work(20L * keys.dim(1) + 4L * buckets));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
