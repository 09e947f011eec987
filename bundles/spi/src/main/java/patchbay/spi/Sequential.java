package patchbay.spi;

import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Shape;
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

    /**
     * A cache whose rows are not those of single tokens but sum up several: what {@code written} makes of what it holds when decoding, of zeros
     * otherwise. What the tokens before {@code start} have settled it must leave alone, or make again the same; what they have not is
     * undefined.
     *
     * @param shape [B, rows, …], f32; must not depend on how many tokens there are now when decoding
     */
    Tensor cached(String name, Shape shape, UnaryOperator<Tensor> written);

    /**
     * What is left of the tokens before these where no row of each is kept: when decoding, what {@link #remember} was last told under
     * {@code name}, or {@code first} where a text begins, whatever an earlier one left; otherwise {@code first} itself. What does so must have an
     * effect on the tokens after these only.
     *
     * @param first f32 or i32; its shape must not depend on how many tokens there are now
     */
    Tensor remembered(String name, Tensor first);

    /** When decoding, {@link #remembered} is {@code value} for the tokens that follow; otherwise without effect. */
    void remember(String name, Tensor value);
}
