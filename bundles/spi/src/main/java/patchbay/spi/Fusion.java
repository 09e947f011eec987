package patchbay.spi;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/**
 * Features of several modalities → features of the example. A modality that has just joined is silent: its gate is 0, and with a gate of 0, as without that
 * modality in an example, the others yield what they would yield alone.
 */
@ConsumerType
public interface Fusion extends Part {

    /** What a fusion is told of the model. */
    @ProviderType
    interface Scope extends patchbay.spi.Scope {

        /** How loud a modality is, f32[1] from 0 to 1: 1 from the beginning on, and for one that joins later rising from 0. */
        Tensor gate(String modality);

        /** Which examples have the modality, f32[B] of 1 and 0. */
        Tensor present(String modality);
    }

    /**
     * @param features by modality, in an order that never changes, those that joined later behind the others; each of width {@link Scope#dim()}
     * @return of the same width
     */
    Features forward(Scope scope, Map<String, Features> features);
}
