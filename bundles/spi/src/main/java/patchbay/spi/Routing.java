package patchbay.spi;

import patchbay.tensor.Tensor;

/**
 * How the N tokens of a batch were routed in one layer, to the E experts that the router sees. Padding has no part in it.
 *
 * @param scores logits [N, E]
 * @param affinities [N, E], in 0 … 1
 * @param assignment who goes where, after any capacity
 * @param taken [N, E], f32: 1 where the token asked for the expert (or the expert for the token), before any capacity
 * @param counts tokens of each expert [E], f32: the sums of {@code taken}
 * @param valid [N], f32: 1 for a token, 0 for padding
 */
public record Routing(Tensor scores, Tensor affinities, Assignment assignment, Tensor taken, Tensor counts, Tensor valid) {}
