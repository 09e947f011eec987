package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * A feed-forward network that tokens are sent to. It is written as if there were one of it; the scope's {@code linear}
 * and {@code each} give every expert of the layer weights of its own. The same plugin, outside of a mixture, is a dense
 * feed-forward.
 */
@ConsumerType
public interface Expert extends Part {

    /** What an expert is told of its layer. */
    @ProviderType
    interface Scope extends patchbay.spi.Scope {

        /** How many experts share the layer's rows: 1 for a dense feed-forward. */
        int experts();

        /** Width of the inner layer. */
        int hidden();

        /** A vector of the experts' own, such as a bias: [rows, shape…], each row that of its expert. Without weight decay. */
        Tensor each(String name, Tensor rows, Shape shape, Initializer initializer);

        /** Rows [R, in] times matrices [experts, in, out] that the plugin made, each row times that of its expert: [R, out]. */
        Tensor times(Tensor rows, Tensor matrices);

        /** The token that each row is, [R], i32; −1 for what is no text, and for a row that is a mixture of tokens. */
        Tensor ids();

        /** The domain of each row's document, [R], i32; −1 where it is not known, and for a row that is a mixture of tokens. */
        Tensor domains();

        /** The number of the one token that {@code text} is, as {@link #ids} has it. */
        int token(String text);

        /** The number of the domain of this name, as {@link #domains()} has it. */
        int domain(String name);
    }

    /** rows [R, dim], sorted by expert → [R, dim]. A row's result depends on that row and its expert only. */
    Tensor forward(Scope scope, Tensor rows);
}
