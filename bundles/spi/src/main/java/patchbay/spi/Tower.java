package patchbay.spi;

import java.util.Map;

/**
 * A stack of transformer blocks that the platform builds within an encoder. Its attentions, feed-forwards, mixtures and positions are sockets under the
 * encoder's: {@code encoders.image.layers.3.attention}, {@code encoders.image.position}.
 *
 * @param layers blocks
 * @param dim width
 * @param heads query heads
 * @param hidden inner width of a feed-forward, or of each expert
 * @param length the most places of a sequence
 * @param causal whether a place must not see those behind it
 * @param order whether norms stand before the sub-layers or after the sums with what they are added to
 * @param epsilon of the layer norms
 * @param attention what is in the sockets of the attentions where nothing was asked for
 * @param feedForward the same of the feed-forwards and of the experts
 * @param mixtures how many of the layers, the last, have a mixture of experts in place of a feed-forward
 * @param experts of a mixture
 * @param k experts that a place is sent to
 */
public record Tower(int layers, int dim, int heads, int hidden, int length, boolean causal, Order order, float epsilon, Standard attention, Standard feedForward,
        int mixtures, int experts, int k) {

    /** Where layer norms stand. */
    public enum Order {
        /** x + f(norm(x)), and a norm behind the last block (Radford et al. 2019). */
        BEFORE,
        /** norm(x + f(x)) (Vaswani et al. 2017; Devlin et al. 2019). */
        AFTER
    }

    /** A plugin with the options that differ from its defaults, by name in kebab case. */
    public record Standard(String plugin, Map<String, Object> options) {
        public Standard {
            options = Map.copyOf(options);
        }
    }

    /** Of a vision transformer (Dosovitskiy et al. 2021): norms before, full attention with biases, feed-forwards with an exact gelu, no mixtures. */
    public static Tower of(int layers, int dim, int heads, int hidden, int length) {
        return new Tower(layers, dim, heads, hidden, length, false, Order.BEFORE, 1e-5f, new Standard("full", Map.of("bias", true)),
                new Standard("gelu", Map.of()), 0, 1, 1);
    }

    public Tower causally() {
        return new Tower(layers, dim, heads, hidden, length, true, order, epsilon, attention, feedForward, mixtures, experts, k);
    }

    public Tower normed(Order where, float small) {
        return new Tower(layers, dim, heads, hidden, length, causal, where, small, attention, feedForward, mixtures, experts, k);
    }

    /** With another attention where nothing was asked for. */
    public Tower attending(Standard other) {
        return new Tower(layers, dim, heads, hidden, length, causal, order, epsilon, other, feedForward, mixtures, experts, k);
    }

    /** With another feed-forward where nothing was asked for. */
    public Tower feeding(Standard feedForward) {
        return new Tower(layers, dim, heads, hidden, length, causal, order, epsilon, attention, feedForward, mixtures, experts, k);
    }

    /** With mixtures of {@code experts}, of which each place goes to {@code k}, in the last {@code layers}. */
    public Tower mixed(int layers, int experts, int k) {
        return new Tower(this.layers, dim, heads, hidden, length, causal, order, epsilon, attention, feedForward, layers, experts, k);
    }
}
