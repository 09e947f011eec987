package patchbay.router.hash;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Experts by the token's id alone: a table of random numbers says how much each expert wants each id, and nothing is learnt (random hash of
 * Roller et al. 2021, Hash Layers, section 3.1). The k chosen experts weigh the same. A baseline: what a learnt router has to be better than.
 *
 * <p>Departure: a row of numbers in place of one expert, so that any k and any balancer have something to choose by.
 */
@Component
@Plugin("hash")
public class HashRouter implements Router {

    /** The options. */
    public @interface Options {

        /** Rows of the table; ids that differ by a multiple of it share one. */
        int rows() default 4096;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        int rows = scope.options(Options.class).rows();
        if (rows < 1) {
            throw new UserError("rows must be at least 1, not " + rows);
        }
        var table = scope.state("table", Shape.of(rows, scope.experts()), Initializer.uniform(0.5f)).add(0.5f); // from 0 to 1
        var ids = scope.ids();
        var row = ids.subtract(ids.divide(rows).multiply(rows)); // the remainder; padding stays below 0, where nothing is read
        return table.gather(row);
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
