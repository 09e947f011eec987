package patchbay.expert.constant;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * α₁ x + α₂ v with (α₁, α₂) = softmax(x·W), v a learnt vector: the constant expert of MoE++ (Jin et al. 2024, section 3.1), which costs next
 * to nothing. v starts at zero. It stands beside others, as one of {@code model.extras}.
 */
@Component
@Plugin("constant")
public class Constant implements Expert {

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        var shares = scope.linear("shares", rows, 2).softmax(); // [R, 2]
        var vector = scope.each("vector", rows, Shape.of(scope.dim()), Initializer.zeros()); // [R, dim]
        return rows.multiply(shares.slice(1, 0, 1)).add(vector.multiply(shares.slice(1, 1, 2)));
    }
}
