package patchbay.attention.lsh;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Runs;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Attention among tokens whose queries point the same way (Reformer, Kitaev, Kaiser and Levskaya 2020, arXiv 2001.04451, section 2): queries serve as keys, at length 1, a hash of
 * random rotations puts those that are near each other into the same bucket, likely, and a token attends to its own bucket. With several
 * hashes a token sees the tokens that any of them finds, each once (its multi-round attention; what the paper takes off the scores of a key found n times, log n, is
 * what remains of it in the sum over hashes): {@code o = Σ_{j ∈ P} exp(q·k_j/‖k_j‖ − z) v_j}, P the union. A token's own key counts for 10⁵ less than it would,
 * so that it is taken where nothing else is.
 *
 * <p>What the paper does by sorting and cutting into chunks, of which one looks at itself and the one before, depends on how many tokens come
 * later. Here a token sees the last {@code keys} tokens of its bucket up to itself instead: as many as two chunks, the same when one token is
 * decoded after the other, and causal without a mask. A vector on the border of two buckets may still fall to another side where another kernel rounds it
otherwise, as that for few rows does in decoding.
 *
 * <p>The projections are {@code query}, {@code value} and {@code output}: a swap from {@code full} keeps these three, and its {@code key} rests until a rollback;
 * a swap to {@code full} begins {@code key} anew. The rotations are drawn from a seed and the socket's path and stay as they are, where the paper draws new
 * ones for every batch; hashes beyond those of training are further ones of the same sequence.
 */
@Component
@Plugin("lsh")
public class LshAttention implements Attention {

    /** What a token's own key has less (Reformer, section 2, "Causal masking for shared-QK attention"). */
    private static final float OWN = -1e5f;

    /** The options. */
    public @interface Options {

        /** Rounds of hashing in training. */
        int hashes() default 2;

        /** Rounds of hashing elsewhere; 0 for as many as in training. */
        int evaluationHashes() default 0;

        /** Buckets of a hash, rounded up to a power of an even number; 0 for so many that {@link #keys} are twice the mean of a bucket in a full context. */
        int buckets() default 0;

        /** The most keys that a token sees in a round, the last one its own: two of the paper's chunks. */
        int keys() default 128;

        /** What the rotations are drawn from. */
        int seed() default 1;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.hashes() < 1 || options.evaluationHashes() < 0 || options.buckets() < 0 || options.keys() < 1) {
            throw new UserError("hashes is " + options.hashes() + ", evaluation-hashes " + options.evaluationHashes() + ", buckets " + options.buckets() + ", keys "
                    + options.keys() + "; hashes and keys must be at least 1, the others 0 or more");
        }
        int heads = scope.heads();
        var headed = Shape.of(x.dim(0), x.dim(1), heads, scope.dim() / heads);
        var q = scope.rotate(scope.linear("query", x, scope.dim()).reshape(headed));
        var hash = Hash.of(options.buckets() > 0 ? options.buckets() : Math.max(1, 2 * scope.context() / options.keys()), rounds(scope, options));
        var buckets = scope.cached("buckets", hash.buckets(q, options.seed() + 31L * scope.path().hashCode()).toFloat()).toInt();
        var keys = scope.cached("keys", q.rmsNorm(scope.graph().filled(Shape.of(headed.dim(3)), 1), 1e-6f)); // of length √d
        var values = scope.cached("values", scope.linear("value", x, scope.dim()).reshape(headed));
        var attended = Runs.ofBuckets(buckets, scope.start(), x.dim(1), hash.count(), options.keys())
                .attend(scope.sharpened(q), keys, values, 1f / headed.dim(3), Optional.of(bias(scope, keys.dim(1))));
        return Heads.joined(scope, attended.output());
    }

    private static int rounds(Scope scope, Options options) {
        return scope.mode() == Mode.TRAINING || options.evaluationHashes() == 0 ? options.hashes() : options.evaluationHashes();
    }

    /** What the model's positions add, and what a token's own key has less: by head and distance. */
    private static Tensor bias(Scope scope, int keys) {
        var given = scope.bias(keys);
        var own = new float[given.isPresent() ? keys : 2];
        own[0] = OWN;
        var taken = scope.graph().constant(Shape.of(own.length), own);
        return given.map(taken::add).orElseGet(() -> taken.broadcastTo(Shape.of(scope.heads(), own.length)));
    }
}
