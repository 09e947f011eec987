package patchbay.position.sinusoidal;

import java.lang.annotation.Annotation;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Sines and cosines of wavelengths from 2π to 10,000 · 2π added to the token's embedding (Vaswani et al. 2017, section 3.5). Departing from
 * the paper, the sines stand in front of the cosines rather than between them, which a model cannot tell.
 */
@Component
@Plugin("sinusoidal")
public class SinusoidalPosition implements Position {

    private static final double LONGEST = 10_000;

    /** The options. */
    public @interface Options {

        /** What the table is multiplied with: embeddings start with a deviation of 0.02, and a table as large as in the paper would drown them. */
        float scale() default 0.02f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor embed(Scope scope, Tensor embeddings) {
        int time = embeddings.dim(1);
        int dim = embeddings.dim(2);
        int sines = (dim + 1) / 2;
        float scale = scope.options(Options.class).scale();
        var table = new float[scope.context() * dim];
        for (int i = 0; i < table.length; i++) {
            int j = i % dim;
            double angle = i / dim * Math.pow(LONGEST, -2.0 * (j < sines ? j : j - sines) / dim);
            table[i] = scale * (float) (j < sines ? Math.sin(angle) : Math.cos(angle));
        }
        var steps = scope.graph().constant(Shape.of(time), IntStream.range(0, time).toArray());
        return embeddings.add(scope.graph().constant(Shape.of(scope.context(), dim), table).gather(steps.add(scope.start())));
    }
}
