package patchbay.spi;

import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** What a plugin is told that looks along a sequence. */
@ProviderType
public interface Sequential extends Scope {

    /** Whether a token must not see those behind it. */
    boolean causal();

    /** The most tokens a sequence can have. */
    int context();

    /** Position of the first token of each sequence, i32[1]: 0 unless decoding. */
    Tensor start();

    /**
     * What is looked at: when decoding, the cache called {@code name} with {@code fresh} [B, T, …] written
     * behind what is in it ([B, context, …]; what lies beyond start + T is undefined); otherwise {@code fresh} itself.
     * A cache is written once: asking twice for the same name is an error.
     */
    Tensor cached(String name, Tensor fresh);
}
