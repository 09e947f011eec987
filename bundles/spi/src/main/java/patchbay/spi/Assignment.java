package patchbay.spi;

import patchbay.tensor.Tensor;

/**
 * Which tokens pass which experts, and with what weight they come back. N tokens in B sequences of T, E experts.
 * Gradients reach the router through the weights.
 */
public sealed interface Assignment {

    /**
     * Every token takes up to k experts.
     *
     * @param experts [N, k], i32, −1 for none
     * @param weights [N, k]
     */
    record Choices(Tensor experts, Tensor weights) implements Assignment {}

    /**
     * Every expert takes up to C tokens (Zhou et al. 2022).
     *
     * @param tokens [E, C], i32, −1 for none
     * @param weights [E, C]
     */
    record Takes(Tensor tokens, Tensor weights) implements Assignment {}

    /**
     * Every expert has S slots for each sequence. A slot's input is a sum of all tokens of the sequence, a token's output one of
     * all slots (Puigcerver et al. 2023).
     *
     * @param dispatch weights of a token in each slot's input, [B, T, E · S]
     * @param combine weights of each slot in a token's output, [B, T, E · S]
     */
    record Slots(Tensor dispatch, Tensor combine) implements Assignment {}
}
