package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** The whole attention sub-layer with its projections: [batch, time, dim] → [batch, time, dim]. */
@ConsumerType
public interface Attention extends Part {

    /** What an attention is told of its layer. */
    @ProviderType
    interface Scope extends patchbay.spi.Scope {

        /** H, the number of query heads. */
        int heads();

        /** Whether a token must not see those behind it. */
        boolean causal();

        /** The most tokens a sequence can have. */
        int context();

        /** Position of the first token of x, i32[1]: 0 unless decoding. */
        Tensor start();

        /** Queries or keys [B, T, heads, head dim] with the model's positions put in. */
        Tensor rotate(Tensor headed);

        /**
         * What attention is paid to: when decoding, the cache called {@code name} with {@code fresh} [B, T, …] written
         * behind what is in it ([B, context, …]; what lies beyond start + T is undefined); otherwise {@code fresh} itself.
         * A cache is written once: asking twice for the same name is an error.
         */
        Tensor cached(String name, Tensor fresh);
    }

    /** Whether a token's result never depends on later tokens when {@link Scope#causal()} is asked for. */
    default boolean canBeCausal() {
        return true;
    }

    /** x [B, T, dim] → [B, T, dim]. */
    Tensor forward(Scope scope, Tensor x);
}
