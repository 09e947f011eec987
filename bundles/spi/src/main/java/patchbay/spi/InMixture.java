package patchbay.spi;

import org.osgi.annotation.versioning.ProviderType;

/** What a plugin is told that has a part in who of a mixture layer's experts gets which token. */
@ProviderType
public interface InMixture extends Scope {

    /** E: the routed experts, but for those that the capacity keeps spare; these are counted for the capacity alone. */
    int experts();

    /** Experts that a token is sent to. */
    int k();
}
