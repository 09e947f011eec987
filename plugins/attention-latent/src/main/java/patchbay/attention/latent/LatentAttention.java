package patchbay.attention.latent;

import java.lang.annotation.Annotation;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Multi-head latent attention (DeepSeek-V2, 2024, section 2.1). A token is kept as a latent vector c of rank numbers, RMSNorm(x·W_DKV), from
 * which every head makes its key c·W_UK and its value c·W_UV, and one rotary key RoPE(x·W_KR) that all heads share:
 *
 * <pre>score of head h = (q_h · k_h + RoPE(x·W_QR)_h · rotary key) / √(head dim + rotary dim)</pre>
 *
 * <p>Keys and values need never be made: q_h · (c·W_UK) = (q_h·W_UKᵀ) · c, and Σ p·(c·W_UV) = (Σ p·c)·W_UV. With W_UK and W_UV so absorbed, attention
 * is that of H query heads to one key head, the cache as it is, and that is how decoding goes; whole sequences are shorter work with keys and
 * values made, which are narrower than the latent.
 *
 * <p>The projections {@code query} and {@code output} are those of full attention, and carry over from there.
 */
@Component
@Plugin("latent")
public class LatentAttention implements Attention {

    /** Which of the two equal ways to compute it. */
    public enum Path {
        /** Absorbed when decoding, naive otherwise. */
        automatic,
        /** Keys and values of every head are made. */
        naive,
        /** The latent vectors are keys and values. */
        absorbed
    }

    /** The options. */
    public @interface Options {

        /** Width of the latent vector; 0 is a quarter of the model's, and at least 1. */
        int rank() default 0;

        /** Width of the rotary key that the heads share, even; 0 is half a head, and at least 2. */
        int rotary() default 0;

        /** Width of the latent vector that queries are made from, RMS-normed too; 0 for queries made from x. */
        int queryRank() default 0;

        /** For comparisons. */
        Path path() default Path.automatic;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.rank() < 0 || options.queryRank() < 0 || options.rotary() < 0 || options.rotary() % 2 != 0) {
            throw new UserError("rank is " + options.rank() + ", query-rank " + options.queryRank() + ", rotary " + options.rotary()
                    + "; none may be below 0, and rotary must be even");
        }
        int b = x.dim(0), t = x.dim(1), heads = scope.heads(), d = scope.dim() / heads;
        int rank = options.rank() > 0 ? options.rank() : Math.max(1, scope.dim() / 4);
        int rotary = options.rotary() > 0 ? options.rotary() : Math.max(2, d / 4 * 2);

        var read = options.queryRank() == 0 ? x : normed(scope, "query-latent", x, options.queryRank());
        var content = scope.sharpened(scope.linear("query", read, heads * d).reshape(b, t, heads, d));
        var turned = scope.sharpened(scope.rotate(scope.linear("query-rotary", read, heads * rotary).reshape(b, t, heads, rotary)));

        var latent = normed(scope, "latent", x, rank).reshape(b, t, 1, rank);
        var rotaryKey = scope.rotate(scope.linear("key-rotary", x, rotary).reshape(b, t, 1, rotary));
        var kept = scope.cached("latents", Layout.concat(3, List.of(latent, rotaryKey))); // [B, S, 1, rank + rotary]

        var shape = Shape.of(heads, d, rank);
        var first = Initializer.normal((float) (1 / Math.sqrt(rank)));
        var attending = new Attending(scope, content, turned, kept, scope.parameter("key-up", shape, first), scope.parameter("value-up", shape, first));
        boolean absorbed = options.path() == Path.absorbed || options.path() == Path.automatic && scope.mode() == Mode.DECODING;
        return Heads.joined(scope, absorbed ? attending.absorbed() : attending.naive());
    }

    private static Tensor normed(Scope scope, String name, Tensor x, int rank) {
        return scope.linear(name, x, rank).rmsNorm(scope.undecayed(name + "-gain", Shape.of(rank), Initializer.ones()), 1e-6f);
    }

    /**
     * The two ways.
     *
     * @param content the queries for the latent vectors, [B, T, H, d]
     * @param turned the queries for the rotary key, [B, T, H, r]
     * @param kept latent vectors and rotary keys, [B, S, 1, rank + r]
     * @param keyUp W_UK of each head, [H, d, rank]
     * @param valueUp W_UV of each head, likewise
     */
    private record Attending(Scope scope, Tensor content, Tensor turned, Tensor kept, Tensor keyUp, Tensor valueUp) {

        private int heads() {
            return keyUp.dim(0);
        }

        private int width() {
            return keyUp.dim(1);
        }

        private int rank() {
            return keyUp.dim(2);
        }

        /** [B, T, H, d]. */
        Tensor naive() {
            int b = kept.dim(0), s = kept.dim(1), rotary = turned.dim(3);
            var latents = kept.slice(3, 0, rank()).reshape(b * s, rank());
            var keys = Layout.concat(3, List.of(made(latents, keyUp, b, s),
                    kept.slice(3, rank(), rank() + rotary).broadcastTo(Shape.of(b, s, heads(), rotary))));
            return attend(Layout.concat(3, List.of(content, turned)), keys, made(latents, valueUp, b, s));
        }

        /** latents [B · S, rank] → [B, S, H, d]. */
        private Tensor made(Tensor latents, Tensor up, int b, int s) {
            return latents.matmul(up.reshape(heads() * width(), rank()), false, true).reshape(b, s, heads(), width());
        }

        /** [B, T, H, d]. */
        Tensor absorbed() {
            var queries = Layout.concat(3, List.of(perHead(content, keyUp, false), turned)); // [B, T, H, rank + r]
            // the rotary keys count as values too, and what they sum up to is left out: the cache is read in place of a copy of its first columns
            var summed = attend(queries, kept, kept).slice(3, 0, rank());
            return perHead(summed, valueUp, true);
        }

        /** [B, T, H, in] → [B, T, H, out], by each head's matrix. */
        private static Tensor perHead(Tensor headed, Tensor matrices, boolean transposed) {
            int b = headed.dim(0), t = headed.dim(1), heads = headed.dim(2);
            var product = headed.reshape(b * t, heads, headed.dim(3)).permute(1, 0, 2).matmul(matrices, false, transposed); // [H, B · T, out]
            return product.permute(1, 0, 2).reshape(b, t, heads, product.dim(2));
        }

        private Tensor attend(Tensor queries, Tensor keys, Tensor values) {
            var how = new patchbay.tensor.operations.Attention(patchbay.tensor.operations.Attention.window(scope.causal()),
                    (float) (1 / Math.sqrt(width() + turned.dim(3))));
            return Networks.attend(how, queries, keys, values, scope.start(), scope.bias(keys.dim(1))).output();
        }
    }
}
