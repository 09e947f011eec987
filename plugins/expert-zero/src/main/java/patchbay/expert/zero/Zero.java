package patchbay.expert.zero;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/**
 * 0: the zero expert of MoE++ (Jin et al. 2024, section 3.1), which drops its input and costs nothing: a token that is sent there has so much less of its
 * other experts, and nothing instead. It stands beside others, as one of {@code model.extras}.
 */
@Component
@Plugin("zero")
public class Zero implements Expert {

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        return scope.graph().filled(rows.shape(), 0);
    }
}
