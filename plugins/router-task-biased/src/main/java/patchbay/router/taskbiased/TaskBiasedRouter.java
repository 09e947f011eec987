package patchbay.router.taskbiased;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * The k experts with the highest score x·W + b(d), where b is learnt for each domain d that a document can have and starts at 0; of a
 * token whose domain is not known only x·W counts. Weights are the softmax over the chosen. So experts can take to domains, as in routing by
 * task (Kudugunta et al. 2021, Beyond Distillation: Task-level Mixture-of-Experts), without a token being bound to its own.
 */
@Component
@Plugin("task-biased")
public class TaskBiasedRouter implements Router {

    /** The options. */
    public @interface Options {

        /** How many domains have a bias; those with a higher number are as if not known. */
        int domains() default 64;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        int domains = scope.options(Options.class).domains();
        if (domains < 1) {
            throw new UserError("domains must be at least 1, not " + domains);
        }
        var bias = scope.undecayed("bias", Shape.of(domains, scope.experts()), Initializer.zeros());
        return scope.linear("weight", tokens, scope.experts()).add(bias.gather(scope.domains())); // [N, E]; outside of it reads 0
    }
}
