package patchbay.router.random;

import java.util.Arrays;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Experts by chance, all of the same weight; nothing is learnt. In training each step draws anew (as THOR does, Zuo et al. 2021, whose
 * loss for agreement between experts is left out). Outside of it a token's experts are a fixed function of its position, so that a text means
 * the same each time, however many of its tokens are computed at once.
 */
@Component
@Plugin("random")
public class RandomRouter implements Router {

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        int n = tokens.dim(0);
        if (scope.mode() == Mode.TRAINING) {
            return scope.uniform(Shape.of(n, scope.experts()));
        }
        var never = scope.graph().constant(Shape.of(1), 0); // a step that does not change
        var table = Networks.uniformNoise(never, scope.path().hashCode(), Shape.of(scope.context(), scope.experts()));
        var position = new int[n];
        Arrays.setAll(position, token -> token % scope.time());
        return table.gather(scope.graph().constant(Shape.of(n), position).add(scope.start()));
    }

    /** The scores: they lie between 0 and 1. */
    @Override
    public Tensor affinities(Scope scope, Tensor scores) {
        return scores;
    }

    @Override
    public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        return scope.graph().filled(chosen.shape(), 1f / scope.k());
    }
}
