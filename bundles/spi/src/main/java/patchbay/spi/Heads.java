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
        var bare = bare(scope, x, keyHeads, normed);
        return new Heads(scope.rotate(bare.queries), scope.cached("keys", scope.rotate(bare.keys)), scope.cached("values", bare.values));
    }

    /** What {@link #project} yields before positions are put in and anything is cached; queries have the temperature of the positions already. */
    public static Heads bare(Attention.Scope scope, Tensor x, int keyHeads, boolean normed) {
        int heads = scope.heads();
        int groups = keyHeads == 0 ? heads : keyHeads;
        if (groups < 0 || heads % groups != 0) {
            throw new UserError("key-heads is " + keyHeads + "; it must divide the " + heads + " heads");
        }
        int b = x.dim(0), t = x.dim(1), d = scope.dim() / heads;
        var q = scope.linear("query", x, heads * d).reshape(b, t, heads, d);
        var k = scope.linear("key", x, groups * d).reshape(b, t, groups, d);
        if (normed) {
            q = norm(scope, "query-gain", q);
            k = norm(scope, "key-gain", k);
        }
        return new Heads(scope.sharpened(q), k, scope.linear("value", x, groups * d).reshape(b, t, groups, d));
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
        return attend(scope, patchbay.tensor.operations.Attention.window(scope.causal()), cap, bias);
    }

    /** {@link #attend(Attention.Scope, float, Optional)} to the last {@code window} positions. */
    public Attended attend(Attention.Scope scope, int window, float cap, Optional<Tensor> bias) {
        float scale = (float) (1 / Math.sqrt(queries.dim(3)));
        return Networks.attend(new patchbay.tensor.operations.Attention(window, scale, cap), queries, keys, values, scope.start(), bias);
    }

    /** The projection {@code output} of what the heads yield, [B, T, H, head dim] → [B, T, dim]. */
    public static Tensor joined(Attention.Scope scope, Tensor mixed) {
        return scope.residual("output", scope.weighed(mixed).reshape(mixed.dim(0), mixed.dim(1), mixed.dim(2) * mixed.dim(3)), scope.dim());
    }
}
