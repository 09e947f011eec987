package patchbay.spi;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** How the order of tokens enters the model: at the embedding, at the queries and keys, at the scores of attention, or at several of these. */
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

    /**
     * What is added to the scores of attention by the distance between a query and a key, in a model whose layers share it.
     *
     * @param heads H, of the queries
     * @param nearest the first distance, the query's position less the key's: 0, or below where queries see what comes after them
     * @param distances how many there are, each greater by one
     * @return [H, distances]; empty for nothing
     */
    default Optional<Tensor> bias(Scope scope, int heads, int nearest, int distances) {
        return Optional.empty();
    }
}
