package patchbay.expert.swiglu;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/** (silu(x·G) ⊙ x·U)·D, without biases (Shazeer 2020, equation 6). */
@Component
@Plugin("swiglu")
public class SwiGlu implements Expert {

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        var gate = scope.linear("gate", rows, scope.hidden()); // [R, hidden]
        var up = scope.linear("up", rows, scope.hidden());
        return scope.residual("down", gate.siluMultiply(up), scope.dim());
    }
}
