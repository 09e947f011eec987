package patchbay.attention.decay;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Full attention whose scores fall with the distance, softmax(QKᵀ/√d − β · distance)V, by a rate β that each head of each layer learns; like
 * ALiBi (Press et al. 2022), whose rates are fixed and the same in all layers. A rate below 0 prefers what is far away, and may be learnt.
 */
@Component
@Plugin("decay")
public class Decay implements Attention {

    /** The options. */
    public @interface Options {

        /** The first value of every head's β. */
        float rate() default 0.1f;

        /** Whether the rates are learnt. */
        boolean learnt() default true;

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public boolean canLookAhead() {
        return true;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        var heads = Heads.project(scope, x, options.keyHeads(), false);
        int keys = heads.keys().dim(1);
        int nearest = scope.causal() ? 0 : 1 - keys;
        int[] distances = IntStream.rangeClosed(nearest, keys - 1).map(Math::abs).toArray();
        var shape = Shape.of(scope.heads(), 1);
        var rate = options.learnt() ? scope.undecayed("rate", shape, Initializer.constant(options.rate())) : scope.graph().filled(shape, options.rate());
        var fall = rate.multiply(scope.graph().constant(Shape.of(distances.length), distances).toFloat()).negate(); // [heads, distances]
        var bias = scope.bias(keys).map(fall::add).orElse(fall);
        return Heads.joined(scope, heads.attend(scope, 0, Optional.of(bias)).output());
    }
}
