package patchbay.router.cosine;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Scores by the cosine between a token, projected to a few dimensions, and an embedding of each expert, divided by a
 * temperature: s = cos(P·x, e) / τ (X-MoE, Chi et al. 2022, section 3). Lengths do not count, which keeps tokens
 * from collapsing onto the experts' embeddings.
 *
 * <p>With {@code final-temperature}, τ is multiplied by a factor that goes from 1 to final-temperature / temperature in a straight line
 * of its logarithm over {@code steps} steps and stays there: a wide choice that narrows. What is learnt is on top of that.
 *
 * <p>Departures: τ starts at 0.5 instead of 0.07 and is learnt as its logarithm, so that it stays positive; the schedule is ours.
 */
@Component
@Plugin("cosine")
public class CosineRouter implements Router {

    /** The options. */
    public @interface Options {

        /** Dimensions of the projection; 0 is half the number of experts, and at least 8. */
        int projection() default 0;

        /** Initial temperature. */
        float temperature() default 0.5f;

        /** Whether the temperature is learnt. */
        boolean learnable() default true;

        /** Where the schedule brings the temperature; 0 is no schedule. */
        float finalTemperature() default 0;

        /** Steps that the schedule takes, from the step at which the router came into the model. */
        int steps() default 1000;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        var options = scope.options(Options.class);
        if (options.temperature() <= 0 || options.projection() < 0) {
            throw new UserError("temperature must be above 0 and projection at least 0, not "
                    + options.temperature() + " and " + options.projection());
        }
        if (options.finalTemperature() < 0 || options.steps() < 1) {
            throw new UserError("final-temperature must be at least 0 and steps at least 1, not "
                    + options.finalTemperature() + " and " + options.steps());
        }
        int width = options.projection() > 0 ? options.projection() : Math.max(8, scope.experts() / 2);
        var projected = unit(scope.linear("projection", tokens, width)); // [N, width]
        var embeddings = scope.parameter("embeddings", Shape.of(scope.experts(), width), Initializer.normal(1));
        var cosines = projected.matmul(unit(embeddings), false, true); // [N, E]
        var start = Initializer.constant((float) Math.log(options.temperature()));
        var logarithm = options.learnable()
                ? scope.undecayed("log-temperature", Shape.of(1), start)
                : scope.graph().filled(Shape.of(1), (float) Math.log(options.temperature()));
        if (options.finalTemperature() > 0) {
            float whole = (float) Math.log(options.finalTemperature() / options.temperature());
            logarithm = logarithm.add(made(scope).divide((float) options.steps()).clamp(0, 1).multiply(whole));
        }
        return cosines.multiply(logarithm.negate().exp());
    }

    /** Steps made, [1]. */
    private static Tensor made(Scope scope) {
        return scope.state("steps", Shape.of(1), Initializer.zeros());
    }

    @Override
    public void update(Scope scope, Tensor counts) {
        if (scope.options(Options.class).finalTemperature() > 0) {
            var made = made(scope);
            scope.update(made, made.add(1));
        }
    }

    /** Each row divided by its length. */
    private static Tensor unit(Tensor rows) {
        return rows.multiply(rows.square().sum(1).add(1e-6f).rsqrt().unsqueeze(1));
    }
}
