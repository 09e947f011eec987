package patchbay.spi;

import java.util.Optional;
import java.util.function.UnaryOperator;
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

        /** How many tokens of each sequence there are, i32[B], where it is not causal and they are of different lengths; those behind are padding. */
        Optional<Tensor> lengths();

        /** Queries or keys [B, T, heads, head dim] with the model's positions put in. */
        Tensor rotate(Tensor headed);

        /** Queries [B, T, any, any], or a part of them, as sharp as the model's positions want the scores. */
        Tensor sharpened(Tensor queries);

        /**
         * {@link #rotate(Tensor)} as though the first of them stood at another position.
         *
         * @param start i32[1]
         */
        Tensor rotate(Tensor headed, Tensor start);

        /**
         * What the model's positions add to the scores by distance: [H, keys], or [H, 2·keys − 1] where it is not causal, as
         * {@link patchbay.tensor.operations.Attention} takes it; empty for nothing.
         */
        Optional<Tensor> bias(int keys);

        /**
         * What the heads yield [B, T, H, any], weighed as an attention around this one wants it; as it is where there is none. To be asked before the heads
         * are joined, as {@link Heads#joined} does.
         */
        Tensor weighed(Tensor mixed);

        /**
         * What the attention in the socket {@code name} within this one makes of x [B, T, dim].
         *
         * @param weighing what becomes of each of its heads' output: [B, T, H, any] → the same shape
         */
        Tensor within(String name, Tensor x, UnaryOperator<Tensor> weighing);

        /**
         * Room for rows of tokens before those in the caches, which whoever reads a long text fills between two passes; empty where nobody does.
         *
         * @param rows how many there is room for, of each sequence
         * @param recent how many of the last tokens the caches are to keep before the oldest leave them
         * @param fresh keys as they are to be kept, [B, T, G, head dim]
         */
        Optional<Tier> tier(String name, int rows, int recent, Tensor fresh);

        /** What whoever fills a {@link #tier} is told after a pass, under this name and {@link #path}. */
        void shown(String name, Tensor value);

        /**
         * Which tokens end a sentence: i32 [B, T], 1 for a token whose text ends with one of {@code characters} and for one that ends a document, else 0; 0
         * for all where tokens have no text.
         */
        Tensor ends(String characters);
    }

    /**
     * Whether it can look at what comes after a token, as it must where the scope is not causal ({@link Sequential#causal()}): then with {@link Scope#lengths()} no
     * token gets anything from padding.
     */
    default boolean canLookAhead() {
        return false;
    }

    /** x [B, T, dim] → [B, T, dim]. */
    Tensor forward(Scope scope, Tensor x);
}
