package patchbay.position.rope;

import java.lang.annotation.Annotation;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.RotaryTable.Turns;

/**
 * Rotary positions: pairs of a head's dimensions are turned by an angle that grows with the token's position, so that the
 * product of a query and a key depends on their distance (RoFormer, Su et al. 2021, equation 34).
 *
 * <p>A model that was trained on shorter texts can be made to read longer ones by turning slower.
 */
@Component
@Plugin("rope")
public class RotaryPosition implements Position {

    /** How a longer context is squeezed into the angles that were learnt. */
    public enum Scaling {
        /** Not at all. */
        none,
        /** Every pair turns slower by the factor (position interpolation, Chen et al. 2023). */
        linear,
        /** A greater base: slow pairs are slowed down by the factor, the fastest not at all (NTK-aware, in Peng et al. 2023, section 3.1). */
        ntk,
        /** Pairs with few turns in the old context are slowed down, those with many are not, and scores are sharpened (Peng et al. 2023, section 3.4). */
        yarn
    }

    /** The options. */
    public @interface Options {

        /** The base of the wavelengths: pair i of d/2 turns by base^(−2i/d) a token. */
        float base() default 10_000f;

        Scaling scaling() default Scaling.none;

        /** How many times longer the context is than the one that was trained on; at least 1. */
        float factor() default 1;

        /** For yarn, the context that was trained on; 0 is the model's divided by the factor. */
        int originalContext() default 0;
    }

    /** Turns in the old context below which a pair is wholly slowed down, and above which not at all (Peng et al. 2023, section 3.2). */
    private static final double FEW = 1;
    private static final double MANY = 32;

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor rotate(Scope scope, Tensor headed) {
        int dims = headed.dim(-1);
        if (dims % 2 != 0) {
            throw new UserError("a head has " + dims + " dimensions; rotation needs an even number");
        }
        var options = scope.options(Options.class);
        if (!(options.factor() >= 1)) {
            throw new UserError("factor is " + options.factor() + "; it must be at least 1");
        }
        return headed.rotary(scope.start(), turns(options, dims, scope.context()));
    }

    private static Turns turns(Options options, int dims, int context) {
        float factor = options.factor();
        var plain = Turns.of(options.base(), dims);
        return switch (options.scaling()) {
            case none -> plain;
            case linear -> new Turns(plain.frequencies().stream().map(frequency -> frequency / factor).toList(), 1);
            case ntk -> dims == 2 ? plain : Turns.of((float) (options.base() * Math.pow(factor, dims / (dims - 2.0))), dims);
            case yarn -> {
                double original = options.originalContext() > 0 ? options.originalContext() : context / factor;
                List<Float> slowed = plain.frequencies().stream().map(frequency -> {
                    double kept = Math.clamp((original * frequency / (2 * Math.PI) - FEW) / (MANY - FEW), 0, 1);
                    return (float) (frequency * (kept + (1 - kept) / factor));
                }).toList();
                yield new Turns(slowed, (float) (0.1 * Math.log(factor) + 1)); // on queries and keys: its square on the scores
            }
        };
    }
}
