package patchbay.attention.linear;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Gated linear attention (Yang et al. 2023, arXiv 2312.06635, sections 4.1 to 4.4): no softmax, but a state of fixed size that each token makes decay, row
 * by row as it sees fit, and adds to:
 *
 * <pre>S_t = diag(α_t)·S_{t−1} + k_tᵀv_t      o_t = q_t·S_t / √d      α_t = sigmoid(x_t·W₁·W₂ + b)^(1/16)</pre>
 *
 * <p>A head's output is normed (RMS), multiplied by silu(x·W_g), and projected. Time and memory grow with the length of the text as they are, and a
 * token costs the same at any position; decoding keeps S alone. In chunks of tokens it is products of matrices ({@link Chunks}), in chunks of
 * one the recurrence itself.
 *
 * <p>Of gated recurrences this one was taken, and not the gated delta rule (Yang et al. 2024, arXiv 2412.06464), because its chunks need no triangular
 * system solved: products and sums of logarithms are all there is, and no rounding is amplified.
 *
 * <p>Departing from the paper, keys are as wide as values, so that the projections {@code query}, {@code key}, {@code value} and {@code output} are
 * those of full attention and carry over from there; norms are RMS norms with a gain shared by the heads. As in the paper, positions are not put in, at queries, keys or
 * scores: decay tells what is near. It is causal always.
 */
@Component
@Plugin("linear")
public class LinearAttention implements Attention {

    /** The root that is taken of the gates, so that they begin near 1 (section 4.4: τ). */
    private static final float ROOT = 16;
    /** Gates' logits are kept above it, so that over {@link Chunks#BLOCK} tokens nothing decays beyond e^−80, and what it is divided by has a place in f32. */
    private static final float LEAST_LOGIT = -80 * ROOT / Chunks.BLOCK;

    /** Of the norm. Where a head found next to nothing, as the first token often does, it yields little, in place of noise at full size. */
    private static final float EPSILON = 1e-3f;

    /** The options. */
    public @interface Options {

        /** Tokens that are computed together; 1 is the recurrence, step by step. */
        int chunk() default 64;

        /** Width of what the gates are computed through. */
        int gateRank() default 16;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.chunk() < 1 || options.gateRank() < 1) {
            throw new UserError("chunk is " + options.chunk() + ", gate-rank " + options.gateRank() + "; both must be at least 1");
        }
        int b = x.dim(0), t = x.dim(1), heads = scope.heads(), d = scope.dim() / heads;
        var headed = Shape.of(b, t, heads, d);
        var q = scope.linear("query", x, scope.dim()).multiply((float) (1 / Math.sqrt(d))).reshape(headed);
        var k = scope.linear("key", x, scope.dim()).reshape(headed);
        var v = scope.linear("value", x, scope.dim()).reshape(headed);
        var logits = scope.linear("decay-up", scope.linear("decay-down", x, options.gateRank()), scope.dim())
                .add(scope.undecayed("decay-bias", Shape.of(scope.dim()), Initializer.zeros()));
        var decays = logits.clamp(LEAST_LOGIT, Float.MAX_VALUE).negate().softplus().multiply(-1 / ROOT).reshape(headed); // log α, never above 0

        var before = scope.remembered("state", scope.graph().filled(Shape.of(b * heads, d, d), 0));
        var computed = Chunks.of(q, k, v, decays, before, Math.min(options.chunk(), t));
        scope.remember("state", computed.state());
        var normed = computed.outputs().rmsNorm(scope.undecayed("gain", Shape.of(d), Initializer.ones()), EPSILON);
        return Heads.joined(scope, normed.multiply(scope.linear("gate", x, scope.dim()).silu().reshape(headed)));
    }
}
