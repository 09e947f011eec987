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
    record Choices(Tensor experts, Tensor weights) implements Assignment {

        /**
         * Where each choice stands among those of its expert, from 0: [N, k], i32; −1 for none. First choices come before second ones,
         * and tokens in their order.
         *
         * @param count how many experts there are
         */
        public Tensor places(int count) {
            int n = experts.dim(0);
            int k = experts.dim(1);
            return places(experts.permute(1, 0).flatten(), count).reshape(k, n).permute(1, 0);
        }

        /**
         * As {@link #places(int)}, but those with a higher priority come first; of equals the one with the lower token, then the lower choice.
         *
         * @param priorities [N, k]
         */
        public Tensor places(int count, Tensor priorities) {
            var order = priorities.stopGradient().flatten().argsort(true);
            var back = order.groupBy(order.size()).order(); // where in that order each choice is
            return places(experts.flatten().gather(order), count).gather(back).reshape(experts.shape());
        }

        /** [M] → [M]. */
        private static Tensor places(Tensor queue, int count) {
            var grouping = queue.groupBy(count);
            return grouping.inverse().subtract(grouping.offsets().gather(queue));
        }
    }

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
     * @param dispatch weights of the tokens in a slot's input, [B, E · S, T]
     * @param combine weights of the slots in a token's output, [B, T, E · S]
     */
    record Slots(Tensor dispatch, Tensor combine) implements Assignment {}
}
