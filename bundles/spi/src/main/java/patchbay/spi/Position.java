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

        /** The scheme in the socket {@code name} within this one ({@link Part#within}). */
        Placing within(String name);
    }

    /** A position scheme in its place in the model: the methods of {@link Position} without what they are told. */
    @ProviderType
    interface Placing {

        /** See {@link Position#embed}. */
        Tensor embed(Tensor embeddings);

        /** See {@link Position#rotate}. */
        Tensor rotate(Tensor headed);

        /** See {@link Position#bias}. */
        Optional<Tensor> bias(int heads, int nearest, int distances);

        /** See {@link Position#sharpness}. */
        Optional<Tensor> sharpness(int time);
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

    /**
     * What the products of queries and keys are multiplied by, for queries at the positions start … start + time − 1: the reverse of their softmax's temperature. All
     * layers share it.
     *
     * @return [time]; empty for 1
     */
    default Optional<Tensor> sharpness(Scope scope, int time) {
        return Optional.empty();
    }
}
