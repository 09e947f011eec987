package patchbay.expert.identity;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/**
 * x: the copy expert of MoE++ (Jin et al. 2024, section 3.1), which costs nothing: a token that needs no computing skips the layer, scaled by
 * the weight that the router gives. It stands beside others, as one of {@code model.extras}.
 */
@Component
@Plugin("identity")
public class Identity implements Expert {

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        return rows;
    }
}
