package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** The whole attention sub-layer with its projections: [batch, time, dim] → [batch, time, dim]. */
@ConsumerType
public interface Attention extends Part {

    /** What an attention is told of its layer. */
    @ProviderType
    interface Scope extends Sequential {

        /** H, the number of query heads. */
        int heads();

        /** Queries or keys [B, T, heads, head dim] with the model's positions put in. */
        Tensor rotate(Tensor headed);
    }

    /** x [B, T, dim] → [B, T, dim]. */
    Tensor forward(Scope scope, Tensor x);
}
