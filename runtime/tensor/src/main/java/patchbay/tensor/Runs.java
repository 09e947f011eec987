package patchbay.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.tensor.operations.BucketRuns;
import patchbay.tensor.operations.RunAttention;

/**
 * Which keys each query attends to, where it is to few of them: to those at the places {@code begins … ends − 1} of each of R runs. A run of none
 * ends where it begins or before; a key in several runs of a query counts once.
 *
 * @param begins {@code i32[B or 1, H or 1, T, R]}, 1 for what all sequences, or all heads, have in common
 * @param ends as the begins
 * @param at the number that a query has among the keys, for a bias by distance: {@code i32[B, T]}
 * @param order where keys stand in orders of their own; empty where each stands at its number
 */
public record Runs(Tensor begins, Tensor ends, Tensor at, Optional<Order> order) {

    /**
     * An order of the keys for each run of each head. Of as many queries as keys, those that follow one another in it are met one after another, run by
     * run: so it must hold every key then.
     *
     * @param keys the key at each place, {@code i32[B, H, R, S]}
     * @param places the place of each key, {@code i32[B, H, R, S]}
     */
    public record Order(Tensor keys, Tensor places) {}

    /**
     * Each query sees, for each of R hashes, the last keys that fell into its own bucket, up to itself ({@link BucketRuns}).
     *
     * @param bucketOf of the keys, {@code i32[B, S, H, R]}, each from 0 to {@code buckets} − 1
     * @param start the number of the first query among the keys, {@code i32[1]}; keys behind the queries do not exist yet
     * @param time T
     * @param longest the most keys of a run
     */
    public static Runs ofBuckets(Tensor bucketOf, Tensor start, int time, int buckets, int longest) {
        var outputs = bucketOf.graph().apply(new BucketRuns(time, buckets, longest), List.of(bucketOf, start));
        return new Runs(outputs.get(2), outputs.get(3), positions(start, bucketOf.dim(0), time), Optional.of(new Order(outputs.get(0), outputs.get(1))));
    }

    /**
     * Each query sees one run, that of the keys from one of its own choice up to itself.
     *
     * @param first {@code i32[B, T]}
     * @param start the number of the first query among the keys, {@code i32[1]}
     */
    public static Runs since(Tensor first, Tensor start) {
        int batch = first.dim(0);
        int time = first.dim(1);
        var at = positions(start, batch, time);
        var ends = at.add(first.graph().constant(Shape.scalar(), 1));
        return new Runs(first.reshape(batch, 1, time, 1), ends.reshape(batch, 1, time, 1), at, Optional.empty());
    }

    /** start … start + T − 1 in each row: {@code i32[B, T]}. */
    private static Tensor positions(Tensor start, int batch, int time) {
        var count = start.graph().constant(Shape.of(time), IntStream.range(0, time).toArray());
        return count.add(start).broadcastTo(Shape.of(batch, time));
    }

    /**
     * {@code softmax(scale · q·kᵀ + bias)·v} over the keys that each query sees; 0 where there is none.
     *
     * @param q {@code [B, T, H, D]}
     * @param k {@code [B, S, G, D]}, H a multiple of G: head h reads key head {@code h / (H / G)}
     * @param v {@code [B, S, G, E]}
     * @param bias {@code [H, distances]}, by the query's number less the key's; what is farther than that, or behind the query, counts as the nearest that
     *         there is
     */
    public Attended attend(Tensor q, Tensor k, Tensor v, float scale, Optional<Tensor> bias) {
        var operands = new ArrayList<>(List.of(q, k, v, begins, ends, at));
        order.ifPresent(given -> operands.addAll(List.of(given.keys, given.places)));
        bias.ifPresent(operands::add);
        var outputs = q.graph().apply(new RunAttention(scale, order.isPresent(), bias.isPresent()), operands);
        return new Attended(outputs.get(0), outputs.get(1));
    }
}
