package patchbay.position.relative;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A learnt bias on the scores for each head and bucket of distances, shared by all layers (T5, Raffel et al. 2020, section 2.1): half of the
 * buckets are single distances, the others grow in logarithms up to the greatest distance, beyond which there is one. Where queries
 * see what comes after them, half of all buckets are for that.
 */
@Component
@Plugin("relative")
public class RelativePosition implements Position {

    /** The options. */
    public @interface Options {

        /** At least 2; at least 4 where queries see what comes after them. */
        int buckets() default 32;

        /** The distance from which on there is one bucket. */
        int farthest() default 128;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> bias(Scope scope, int heads, int nearest, int distances) {
        var options = scope.options(Options.class);
        if (options.buckets() < 4) {
            throw new UserError("buckets is " + options.buckets() + "; there must be at least 4");
        }
        if (options.farthest() <= options.buckets()) {
            throw new UserError("farthest is " + options.farthest() + "; it must be more than the " + options.buckets() + " buckets");
        }
        var buckets = new int[distances];
        for (int i = 0; i < distances; i++) {
            buckets[i] = bucket(nearest + i, nearest < 0, options);
        }
        var table = scope.undecayed("bias", Shape.of(options.buckets(), heads), Initializer.normal(0.02f));
        return Optional.of(table.gather(scope.graph().constant(Shape.of(distances), buckets)).permute(1, 0)); // [heads, distances]
    }

    private static int bucket(int distance, boolean bothWays, Options options) {
        int buckets = bothWays ? options.buckets() / 2 : options.buckets();
        int far = Math.abs(distance);
        int single = buckets / 2;
        double logarithm = Math.log((double) far / single) / Math.log((double) options.farthest() / single);
        int bucket = far < single ? far : Math.min(buckets - 1, single + (int) (logarithm * (buckets - single)));
        return distance < 0 ? buckets + bucket : bucket;
    }
}
