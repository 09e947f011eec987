package patchbay.attention.memory;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.spi.Attention;
import patchbay.spi.Tier;
import patchbay.tensor.Attended;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * How queries see keys that all stand equally far from them.
 *
 * @param queries [B, T, H, head dim], at that distance from position 0
 * @param distance in tokens
 * @param bias what positions add to the scores at that distance, [H, 1]; empty for nothing
 */
record FarView(Attention.Scope scope, Tensor queries, int distance, Optional<Tensor> bias) {

    /** So low that nothing is left of it, and yet a number: of a query that sees nothing but what is masked, 0 would be divided by 0. */
    private static final float MASKED = -1e30f;

    /** @param bare queries as they were before positions were put in */
    static FarView of(Attention.Scope scope, Tensor bare, int distance) {
        return new FarView(scope, allAt(scope, bare, distance), distance,
                scope.bias(distance + 1).map(bias -> bias.slice(1, distance, distance + 1)));
    }

    /** Queries or keys [B, T, heads, head dim] with all tokens at one position. */
    private static Tensor allAt(Attention.Scope scope, Tensor bare, int position) {
        var alone = bare.reshape(bare.dim(0) * bare.dim(1), 1, bare.dim(2), bare.dim(3));
        return scope.rotate(alone, scope.graph().constant(Shape.of(1), position)).reshape(bare.shape());
    }

    /** What is found among the cache's {@code keys}, which are {@code distance} to {@code recent} − 1 tokens back. */
    Attended earlier(Tensor keys, Tensor values, int recent) {
        int rows = keys.dim(1);
        var mask = new float[rows];
        Arrays.fill(mask, 0, Math.min(distance, rows), MASKED);
        var masked = scope.graph().constant(Shape.of(1, rows), mask);
        var biased = bias.map(masked::add).orElse(masked).broadcastTo(Shape.of(scope.heads(), rows));
        return Networks.attend(how(recent), queries, allAt(scope, keys, 0), values, scope.start(), Optional.of(biased));
    }

    /** What is found in a tier. */
    Attended all(Tier tier) {
        var last = tier.used().subtract(scope.graph().constant(Shape.of(1), queries.dim(1)));
        var found = Networks.attend(how(patchbay.tensor.operations.Attention.ALL), queries, allAt(scope, tier.keys(), 0), tier.values(), last);
        return bias.map(given -> new Attended(found.output(), found.normalizer().add(given))).orElse(found);
    }

    private patchbay.tensor.operations.Attention how(int window) {
        return new patchbay.tensor.operations.Attention(window, scale());
    }

    private float scale() {
        return (float) (1 / Math.sqrt(queries.dim(3)));
    }

    /**
     * How much attention the first {@code used} of the {@code keys} would get at this distance from the last {@code observed} queries, at most 1 from each:
     * [B, G, rows].
     *
     * @param used i32[1]
     * @param normalizer log-sum-exp of the scores of all keys that a query sees, [B, H, T]
     */
    Tensor attention(Tensor keys, Tensor used, Tensor normalizer, int observed) {
        int b = queries.dim(0), time = queries.dim(1), heads = queries.dim(2), dim = queries.dim(3);
        int rows = keys.dim(1), groups = keys.dim(2);
        int last = Math.min(observed, time);
        var q = queries.slice(1, time - last, time).permute(0, 2, 1, 3).reshape(b, groups, heads / groups * last, dim);
        var scores = q.matmul(allAt(scope, keys, 0).permute(0, 2, 1, 3), false, true).multiply(scale()); // [B, G, H / G · last, rows]
        var less = normalizer.slice(2, time - last, time);
        var shift = bias.map(less::subtract).orElse(less).reshape(b, groups, heads / groups * last, 1);
        var shares = scores.subtract(shift).minimum(scope.graph().constant(0)).exp().sum(2);
        var there = scope.graph().constant(Shape.of(rows), IntStream.range(0, rows).toArray()).less(used).broadcastTo(shares.shape());
        return there.where(shares, scope.graph().constant(0));
    }
}
