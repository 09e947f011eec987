package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** How the order of tokens enters the model: at the embedding, at the queries and keys, or both. */
@ConsumerType
public interface Position extends Part {

    /** What a position scheme is told of the model. */
    @ProviderType
    interface Scope extends patchbay.spi.Scope {

        /** The most tokens a sequence can have. */
        int context();

        /** Position of the first token, i32[1]. */
        Tensor start();
    }

    /** Token embeddings [B, T, dim] → the same shape. */
    default Tensor embed(Scope scope, Tensor embeddings) {
        return embeddings;
    }

    /** Queries or keys [B, T, heads, head dim] → the same shape. */
    default Tensor rotate(Scope scope, Tensor headed) {
        return headed;
    }
}
