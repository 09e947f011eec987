package patchbay.spi;

import patchbay.tensor.Tensor;

/**
 * How the N tokens of a batch were routed in one layer.
 *
 * @param scores logits [N, E]
 * @param affinities [N, E], in 0 … 1
 * @param chosen experts [N, k], i32, −1 for none
 * @param weights [N, k]
 * @param counts tokens of each expert [E], f32, padding left out
 * @param valid [N], f32: 1 for a token, 0 for padding
 */
public record Routing(Tensor scores, Tensor affinities, Tensor chosen, Tensor weights, Tensor counts, Tensor valid) {}
