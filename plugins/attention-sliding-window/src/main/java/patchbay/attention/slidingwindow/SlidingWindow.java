package patchbay.attention.slidingwindow;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Attention to the last {@code window} positions up to one's own, so that a token costs the same however long the text is (Beltagy et al. 2020, section
 * 3.1); with a dilation d, to every d-th of them, d · window positions back. Departing from the paper, the positions that a dilation leaves out
 * are computed and then masked, so that it costs as much as a window as long.
 */
@Component
@Plugin("sliding-window")
public class SlidingWindow implements Attention {

    private static final float MASKED = -1e30f;

    /** The options. */
    public @interface Options {

        /** How many positions a token sees, its own among them. */
        int window() default 1024;

        /** How far they are apart. */
        int dilation() default 1;

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.window() < 1 || options.dilation() < 1) {
            throw new UserError("window is " + options.window() + ", dilation " + options.dilation() + "; both must be at least 1");
        }
        var heads = Heads.project(scope, x, options.keyHeads(), false);
        int back = (int) Math.min((long) options.window() * options.dilation(), patchbay.tensor.operations.Attention.PAST);
        int keys = heads.keys().dim(1);
        return Heads.joined(scope, heads.attend(scope, back, 0, masked(scope, scope.bias(keys), keys, options.dilation())).output());
    }

    private static Optional<Tensor> masked(Scope scope, Optional<Tensor> bias, int keys, int dilation) {
        if (dilation == 1) {
            return bias;
        }
        var mask = new float[keys];
        for (int distance = 0; distance < keys; distance++) {
            mask[distance] = distance % dilation == 0 ? 0 : MASKED;
        }
        var masked = scope.graph().constant(Shape.of(keys), mask);
        return Optional.of(bias.map(given -> given.add(masked)).orElseGet(() -> masked.broadcastTo(Shape.of(scope.heads(), keys))));
    }
}
