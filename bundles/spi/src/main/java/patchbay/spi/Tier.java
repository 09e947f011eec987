package patchbay.spi;

import patchbay.tensor.Tensor;

/**
 * Keys and values of tokens further back than the caches reach. Each key head may have rows of other tokens, in any order.
 *
 * @param keys [B, rows, G, head dim], as they were before positions were put in
 * @param values as the keys
 * @param used how many rows hold something, the first ones: i32[1]
 */
public record Tier(Tensor keys, Tensor values, Tensor used) {}
