package patchbay.attention.stack;

import java.lang.annotation.Annotation;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Two attentions whose heads are mixed: head h yields (1 − s_h) of what the first makes and s_h of what the second makes, s_h learnt. At a share of
 * 0, where it starts, it computes what the first alone computes, so that it can be put around the attention of a trained model; the shares learn first, and the
 * second with them (compare ReZero, Bachlechner et al. 2021). Nothing holds a share between 0 and 1.
 *
 * <p>The example of an attention made of others: both are plugins in sockets of their own, {@code layers.3.attention.first} and {@code .second}.
 */
@Component
@Plugin("stack")
public class Stack implements Attention {

    /** The options. */
    public @interface Options {

        /** The second's share of every head at first. */
        float share() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public List<Within> within() {
        return List.of(new Within("first", "full"), new Within("second", "sliding-window"));
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        int heads = scope.heads();
        var share = scope.undecayed("share", Shape.of(heads), Initializer.constant(scope.options(Options.class).share()));
        var second = share.reshape(heads, 1); // beside [B, T, H, any]
        var first = second.negate().add(1);
        scope.metric("share", share.sum(0).multiply(1f / heads));
        return scope.within("first", x, mixed -> mixed.multiply(first)).add(scope.within("second", x, mixed -> mixed.multiply(second)));
    }
}
