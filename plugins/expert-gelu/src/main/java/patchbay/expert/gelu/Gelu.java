package patchbay.expert.gelu;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * gelu(x·A + a)·B + b: the feed-forward of GPT-2 (Radford et al. 2019) and BERT, gelu(x) = x Φ(x) (Hendrycks and Gimpel 2016), exact
 * or, as in GPT-2, approximated by tanh.
 */
@Component
@Plugin("gelu")
public class Gelu implements Expert {

    /** The options. */
    public @interface Options {

        /** Whether there are a and b. */
        boolean bias() default true;

        /** Whether gelu is approximated: x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))). */
        boolean tanh() default false;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        var inner = biased(scope, "up-bias", scope.linear("up", rows, scope.hidden())); // [R, hidden]
        var activated = scope.options(Options.class).tanh() ? inner.geluTanh() : inner.gelu();
        return biased(scope, "down-bias", scope.residual("down", activated, scope.dim()));
    }

    private static Tensor biased(Scope scope, String name, Tensor rows) {
        return scope.options(Options.class).bias()
                ? rows.add(scope.each(name, rows, Shape.of(rows.dim(1)), Initializer.zeros())) : rows;
    }
}
