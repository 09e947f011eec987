package patchbay.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.CrossEntropy;
import patchbay.tensor.operations.Dropout;
import patchbay.tensor.operations.LayerNorm;
import patchbay.tensor.operations.LogSoftmax;
import patchbay.tensor.operations.Noise;
import patchbay.tensor.operations.QuantizedAttention;
import patchbay.tensor.operations.RangedAttention;
import patchbay.tensor.operations.RmsNorm;
import patchbay.tensor.operations.Rotary;
import patchbay.tensor.operations.RotaryTable;
import patchbay.tensor.operations.SiluMultiply;
import patchbay.tensor.operations.Softmax;

/** The operations that neural networks are made of, fused with their gradients. Rows run along the last axis. */
public interface Networks {

    Tensor self();

    /** Probabilities along the last axis; a row of −∞ alone has the probabilities 0. */
    default Tensor softmax() {
        return self().graph().apply(new Softmax(), self());
    }

    /** Logarithms of {@link #softmax}. */
    default Tensor logSoftmax() {
        return self().graph().apply(new LogSoftmax(), self());
    }

    /**
     * The loss of each row of these logits, {@code [*, V] → [*]}, in nats.
     *
     * @param targets {@code i32[*]}, the right class of each row; where negative, the row is ignored: loss and gradient are 0
     */
    default Tensor crossEntropy(Tensor targets) {
        return self().graph().apply(new CrossEntropy(), List.of(self(), targets)).getFirst();
    }

    /** The mean {@link #crossEntropy} of the rows that are not ignored, a number; 0 if all are. */
    default Tensor meanCrossEntropy(Tensor targets) {
        return crossEntropy(targets).sum().divide(targets.greaterOrEqual(0).sum().maximum(self().graph().constant(1)));
    }

    /**
     * {@code x / √(mean(x²) + epsilon) · weight} (Zhang and Sennrich 2019).
     *
     * @param weight {@code [D]}, D the last axis
     */
    default Tensor rmsNorm(Tensor weight, float epsilon) {
        return self().graph().apply(new RmsNorm(epsilon), List.of(self(), weight)).getFirst();
    }

    /**
     * {@code (x − mean) / √(variance + epsilon) · weight + bias} (Ba et al. 2016).
     *
     * @param weight {@code [D]}, D the last axis
     * @param bias {@code [D]}
     */
    default Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        return self().graph().apply(new LayerNorm(epsilon), List.of(self(), weight, bias)).getFirst();
    }

    /** {@link #rotary(Tensor, float, int)} of whole heads. */
    default Tensor rotary(Tensor start, float base) {
        return rotary(start, base, self().dim(-1));
    }

    /**
     * Rotary position embedding of {@code [B, T, H, D]} (Su et al. 2021): token t stands at position {@code start + t}. In the
     * split form of GPT-NeoX and Llama: element j of a head turns with element j + dims/2 by the angle
     * {@code position · base^(−2j / dims)}.
     *
     * @param start {@code i32[1]}
     * @param dims how many elements of a head turn; even. The others stay as they are
     */
    default Tensor rotary(Tensor start, float base, int dims) {
        return rotary(start, RotaryTable.Turns.of(base, dims));
    }

    /** {@link #rotary(Tensor, float, int)} with other frequencies. */
    default Tensor rotary(Tensor start, RotaryTable.Turns turns) {
        var x = self();
        if (x.rank() != 4 || turns.dims() > x.dim(3)) {
            throw new ShapeError("rotary of " + x.type() + ": it must be [batch, time, heads, dim] with dim at least " + turns.dims());
        }
        var angles = new RotaryTable(x.dim(1), turns);
        // heads and layers of one graph share the table, so its sines are computed once a run
        var table = x.graph().nodes().stream()
                .filter(node -> node.operation().equals(angles) && node.inputs().getFirst() == start)
                .map(node -> node.outputs().getFirst()).findFirst()
                .orElseGet(() -> x.graph().apply(angles, start, x.graph().constant(Shape.of(turns.dims() / 2), turns.toArray())));
        return x.graph().apply(new Rotary(false), x, table);
    }

    /**
     * Zeroes elements with probability {@code p} and scales the others by {@code 1 / (1 − p)}.
     *
     * @param step {@code i32[1]}: each step has another mask
     * @param salt tells one dropout of a model from another
     */
    default Tensor dropout(float p, Tensor step, int salt) {
        return p == 0 ? self() : self().graph().apply(new Dropout(p, salt), self(), step);
    }

    /** {@code silu(this) · other}: the gate of SwiGLU (Shazeer 2020). Shapes must be equal. */
    default Tensor siluMultiply(Tensor other) {
        return self().graph().apply(new SiluMultiply(), self(), other);
    }

    /**
     * {@code softmax(scale · q·kᵀ)·v} for each head. Query t stands at position {@code start + t} and key s at position s. Keys
     * at or beyond {@code start + T} are never attended to, so k and v may be a cache that is not full yet; for attention to all
     * S keys that are not the queries' own, start is {@code S − T}.
     *
     * @param q {@code [B, T, H, D]}
     * @param k {@code [B, S, G, D]}, H a multiple of G: head h reads key head {@code h / (H / G)}
     * @param v {@code [B, S, G, D]}
     * @param start {@code i32[1]}
     * @param causal whether a query sees no position behind its own
     * @param scale usually {@code 1 / √D}
     * @return {@code [B, T, H, D]}
     */
    static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor start, boolean causal, float scale) {
        return attend(new Attention(Attention.window(causal), scale), q, k, v, start).output();
    }

    /**
     * {@link #attention} in which a query sees the last {@code window} positions up to its own (sliding window, Beltagy et al. 2020).
     *
     * @param window at least 1
     */
    static Tensor windowedAttention(Tensor q, Tensor k, Tensor v, Tensor start, int window, float scale) {
        if (window < 1) {
            throw new ShapeError("attention's window is " + window + "; it must be at least 1");
        }
        return attend(new Attention(Math.min(window, Attention.PAST), scale), q, k, v, start).output();
    }

    /**
     * {@link #attention} with all that {@link Attention} can do, and the log-sum-exp of the scores with it.
     *
     * @param v {@code [B, S, G, E]}
     */
    static Attended attend(Attention how, Tensor q, Tensor k, Tensor v, Tensor start) {
        return attend(how, q, k, v, start, Optional.empty());
    }

    /**
     * With a bias. Keys and values that are kept in bytes ({@link patchbay.tensor.operations.Dequantize}) are read as they are kept where that is less work.
     *
     * @param bias on the scores by head and distance: {@code [H, S]}, or {@code [H, 2·S − 1]} where queries see what comes after them
     */
    static Attended attend(Attention how, Tensor q, Tensor k, Tensor v, Tensor start, Optional<Tensor> bias) {
        return attended(QuantizedAttention.apply(how, q, k, v, start, bias).orElseGet(() -> q.graph().apply(how,
                bias.map(given -> List.of(q, k, v, start, given)).orElseGet(() -> List.of(q, k, v, start)))));
    }

    /**
     * Attention in which each query sees the keys of its own ranges.
     *
     * @param ranges as {@link RangedAttention} has them
     * @param bias on the scores by head and distance, where keys stand at positions: {@code [H, S]}
     */
    static Attended attend(RangedAttention how, Tensor q, Tensor k, Tensor v, Tensor ranges, Tensor start, Optional<Tensor> bias) {
        var operands = new ArrayList<>(List.of(q, k, v, ranges, start));
        bias.ifPresent(operands::add);
        return attended(q.graph().apply(how, operands));
    }

    private static Attended attended(List<Tensor> outputs) {
        return new Attended(outputs.get(0), outputs.get(1));
    }

    /**
     * Standard normal numbers that depend on (step, salt, index) only.
     *
     * @param step {@code i32[1]}
     */
    static Tensor normalNoise(Tensor step, int salt, Shape shape) {
        return step.graph().apply(new Noise(Noise.Distribution.NORMAL, salt, shape), step);
    }

    /** Numbers between 0 and 1 that depend on (step, salt, index) only. */
    static Tensor uniformNoise(Tensor step, int salt, Shape shape) {
        return step.graph().apply(new Noise(Noise.Distribution.UNIFORM, salt, shape), step);
    }
}
