package patchbay.position.rope;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Rotary positions: pairs of a head's dimensions are turned by an angle that grows with the token's position, so that the
 * product of a query and a key depends on their distance (RoFormer, Su et al. 2021, equation 34).
 */
@Component
@Plugin("rope")
public class RotaryPosition implements Position {

    /** The options. */
    public @interface Options {

        /** The base of the wavelengths: pair i of d/2 turns by base^(−2i/d) a token. */
        float base() default 10_000f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor rotate(Scope scope, Tensor headed) {
        if (headed.dim(-1) % 2 != 0) {
            throw new UserError("a head has " + headed.dim(-1) + " dimensions; rotation needs an even number");
        }
        return headed.rotary(scope.start(), scope.options(Options.class).base());
    }
}
