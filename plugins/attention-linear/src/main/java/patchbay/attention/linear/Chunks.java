package patchbay.attention.linear;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.LinearRecurrence;

/**
 * S_t = diag(α_t)·S_{t−1} + k_tᵀv_t and o_t = q_t·S_t, many tokens at a time (Yang et al. 2023, sections 3 and 4.3). With A_t the sum of the logarithms of α up to t from
 * where its chunk begins,
 *
 * <pre>o_t = (q_t ⊙ e^A_t)·S + Σ_{s ≤ t, same chunk} ((q_t ⊙ e^(A_t − A_s)) · k_s) v_s</pre>
 *
 * where S is the state before the chunk; states go from chunk to chunk. The exponent in the sum is never above 0, but as a product of a factor of t and one of s it
 * has one that is: so a chunk's queries are taken in blocks of {@link #BLOCK}, with e^(A_t − R) and e^(R − A_s), R being A where the block begins; only within the
 * block is the second above 1.
 *
 * @param outputs [B, T, H, d]
 * @param state behind the last token, [B · H, d, d]
 */
record Chunks(Tensor outputs, Tensor state) {

    /** Queries that have one reference. */
    static final int BLOCK = 16;

    /**
     * @param q [B, T, H, d]; so are keys and values
     * @param decays log α, likewise
     * @param before the state before the first token, [B · H, d, d]
     * @param chunk tokens of a chunk: C
     */
    static Chunks of(Tensor q, Tensor k, Tensor v, Tensor decays, Tensor before, int chunk) {
        var shape = q.shape();
        int time = shape.dim(1), chunks = Math.ceilDiv(time, chunk);
        int heads = before.dim(0), d = shape.dim(3);
        var one = new Chunk(chunked(q, chunk), chunked(k, chunk), chunked(v, chunk), chunked(decays, chunk).cumulativeSum(1));

        var states = q.graph().apply(new LinearRecurrence(), List.of(one.increment().reshape(heads, chunks, d, d),
                one.last().exp().reshape(heads, chunks, d), before));
        var outputs = one.after(states.get(0).reshape(heads * chunks, d, d)).add(one.within()); // [B·H·chunks, C, d]
        var inOrder = outputs.reshape(shape.dim(0), shape.dim(2), chunks * chunk, d).permute(0, 2, 1, 3);
        return new Chunks(inOrder.slice(1, 0, time), states.get(1));
    }

    /** [B, T, H, d] → [B·H·chunks, C, d], zeros after the last token: which neither decay nor add. */
    private static Tensor chunked(Tensor x, int chunk) {
        int b = x.dim(0), time = x.dim(1), heads = x.dim(2), d = x.dim(3), chunks = Math.ceilDiv(time, chunk);
        var full = chunks * chunk == time ? x : x.pad(1, 0, chunks * chunk - time);
        return full.permute(0, 2, 1, 3).reshape(b * heads * chunks, chunk, d);
    }

    /** All chunks of all heads side by side: [N, C, d]; sums are those of log α up to each token. */
    private record Chunk(Tensor q, Tensor k, Tensor v, Tensor sums) {

        private int tokens() {
            return q.dim(1);
        }

        /** By how much a chunk makes a state decay, [N, 1, d]. */
        Tensor last() {
            return sums.slice(1, tokens() - 1, tokens());
        }

        /** What it adds to the state, [N, d, d]. */
        Tensor increment() {
            return k.multiply(last().subtract(sums).exp()).matmul(v, true, false);
        }

        /** What the queries find in the states before it, [N, C, d]. */
        Tensor after(Tensor states) {
            return q.multiply(sums.exp()).matmul(states);
        }

        /** What the queries find in their own chunk, [N, C, d]. */
        Tensor within() {
            var blocks = new ArrayList<Tensor>();
            for (int from = 0; from < tokens(); from += BLOCK) {
                blocks.add(block(from, Math.min(from + BLOCK, tokens())));
            }
            return blocks.size() == 1 ? blocks.getFirst() : Layout.concat(1, blocks);
        }

        private Tensor block(int from, int to) {
            var asked = sums.slice(1, from, to);
            var told = sums.slice(1, 0, to);
            if (from > 0) {
                var reference = sums.slice(1, from - 1, from); // [N, 1, d]
                asked = asked.subtract(reference);
                told = told.subtract(reference);
            }
            var scores = q.slice(1, from, to).multiply(asked.exp())
                    .matmul(k.slice(1, 0, to).multiply(told.negate().exp()), false, true); // [N, to − from, to]
            return past(from, to).where(scores, q.graph().constant(0f)).matmul(v.slice(1, 0, to));
        }

        /** [to − from, to]: 1 where a key is not behind the query. */
        private Tensor past(int from, int to) {
            var past = new float[(to - from) * to];
            for (int t = from; t < to; t++) {
                Arrays.fill(past, (t - from) * to, (t - from) * to + t + 1, 1);
            }
            return q.graph().constant(Shape.of(to - from, to), past);
        }
    }
}
