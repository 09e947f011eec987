package patchbay.expert.swiglu;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/**
 * (silu(x·G) ⊙ x·U)·D, without biases (Shazeer 2020, equation 6).
 *
 * <p>With {@code gate}, times σ(x·g): a token says how much it wants of it. Meant for the shared expert, which no router weighs (as in
 * Qwen1.5-MoE, 2024).
 */
@Component
@Plugin("swiglu")
public class SwiGlu implements Expert {

    /** The options. */
    public @interface Options {

        /** Whether each row's output is scaled by a gate of its own. */
        boolean gate() default false;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        var gate = scope.linear("gate", rows, scope.hidden()); // [R, hidden]
        var up = scope.linear("up", rows, scope.hidden());
        var output = scope.residual("down", gate.siluMultiply(up), scope.dim());
        return scope.options(Options.class).gate() ? output.multiply(scope.linear("output-gate", rows, 1).sigmoid()) : output;
    }
}
