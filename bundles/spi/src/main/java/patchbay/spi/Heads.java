package patchbay.spi;

import java.util.Optional;
import patchbay.tensor.Attended;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Queries, keys and values as most attentions have them. Those that take them from here can be swapped for one another and keep what
 * the projections have learnt, as the parameters have the same names and shapes.
 *
 * @param queries [B, T, H, head dim]
 * @param keys [B, S, G, head dim], S the context when decoding
 * @param values as the keys
 */
public record Heads(Tensor queries, Tensor keys, Tensor values) {

    /**
     * The projections {@code query}, {@code key} and {@code value} of x [B, T, dim], positions put in, keys and values cached.
     *
     * @param keyHeads G; 0 is as many as there are query heads
     * @param normed RMS norms of the queries and keys of each head before that, with the gains {@code query-gain} and {@code key-gain} [head dim]
     * @throws UserError if the query heads cannot share the key heads evenly
     */
    public static Heads project(Attention.Scope scope, Tensor x, int keyHeads, boolean normed) {
        return placed(scope, bare(scope, x, keyHeads, normed));
    }

    /** {@link #project} with a bias on each of the three ({@link Scope#affine}). */
    public static Heads projectBiased(Attention.Scope scope, Tensor x, int keyHeads, boolean normed) {
        return placed(scope, bare(scope, x, keyHeads, normed, scope::affine));
    }

    private static Heads placed(Attention.Scope scope, Heads bare) {
        return new Heads(scope.rotate(bare.queries), scope.cached("keys", scope.rotate(bare.keys)), scope.cached("values", bare.values));
    }

    /** What {@link #project} yields before positions are put in and anything is cached; queries have the temperature of the positions already. */
    public static Heads bare(Attention.Scope scope, Tensor x, int keyHeads, boolean normed) {
        return bare(scope, x, keyHeads, normed, scope::linear);
    }

    /** A projection along the last axis, by name. */
    @FunctionalInterface
    private interface Projection {
        Tensor of(String name, Tensor x, int out);
    }

    private static Heads bare(Attention.Scope scope, Tensor x, int keyHeads, boolean normed, Projection projection) {
        int heads = scope.heads();
        int groups = keyHeads == 0 ? heads : keyHeads;
        if (groups < 0 || heads % groups != 0) {
            throw new UserError("key-heads is " + keyHeads + "; it must divide the " + heads + " heads");
        }
        int b = x.dim(0), t = x.dim(1), d = scope.dim() / heads;
        var q = projection.of("query", x, heads * d).reshape(b, t, heads, d);
        var k = projection.of("key", x, groups * d).reshape(b, t, groups, d);
        if (normed) {
            q = norm(scope, "query-gain", q);
            k = norm(scope, "key-gain", k);
        }
        return new Heads(scope.sharpened(q), k, projection.of("value", x, groups * d).reshape(b, t, groups, d));
    }

    private static Tensor norm(Attention.Scope scope, String gain, Tensor headed) {
        return headed.rmsNorm(scope.undecayed(gain, Shape.of(headed.dim(3)), Initializer.ones()), 1e-6f);
    }

    /**
     * What the heads make of all tokens that they may see.
     *
     * @param cap as {@link patchbay.tensor.operations.Attention} has it
     * @param bias by distance, that of {@link Attention.Scope#bias} or more
     */
    public Attended attend(Attention.Scope scope, float cap, Optional<Tensor> bias) {
        return scope.lengths().map(lengths -> Networks.attend(how(patchbay.tensor.operations.Attention.PADDED, cap), queries, keys, values, lengths, bias))
                .orElseGet(() -> attend(scope, patchbay.tensor.operations.Attention.window(scope.causal()), cap, bias));
    }

    /** {@link #attend(Attention.Scope, float, Optional)} to the last {@code window} positions. */
    public Attended attend(Attention.Scope scope, int window, float cap, Optional<Tensor> bias) {
        return Networks.attend(how(window, cap), queries, keys, values, scope.start(), bias);
    }

    private patchbay.tensor.operations.Attention how(int window, float cap) {
        return new patchbay.tensor.operations.Attention(window, (float) (1 / Math.sqrt(queries.dim(3))), cap);
    }

    /** The projection {@code output} of what the heads yield, [B, T, H, head dim] → [B, T, dim]. */
    public static Tensor joined(Attention.Scope scope, Tensor mixed) {
        return scope.residual("output", scope.weighed(mixed).reshape(mixed.dim(0), mixed.dim(1), mixed.dim(2) * mixed.dim(3)), scope.dim());
    }

    /** {@link #joined} and a bias, {@code output-bias}. */
    public static Tensor joinedBiased(Attention.Scope scope, Tensor mixed) {
        return joined(scope, mixed).add(scope.undecayed("output-bias", Shape.of(scope.dim()), Initializer.zeros()));
    }
}
