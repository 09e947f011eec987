package patchbay.fusion.progressive;

import java.util.Map;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Plugin;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Modalities join layer by layer, in the order in which they joined the model: {@code h_0 = 0, h_m = h_{m−1} + g_m gelu([h_{m−1}; s_m] A_m) B_m}, so each
 * is read in the light of those before it, as the columns of a progressive network are stacked on one another (Rusu et al. 2016, equation 1; Vielzeuf et al. 2018,
 * CentralNet, equation 1), and those before it are not touched.
 */
@Component
@Plugin("progressive")
public class Progressive implements Fusion {

    @Override
    public Features forward(Scope scope, Map<String, Features> features) {
        Tensor hidden = null;
        for (var entry : features.entrySet()) {
            var modality = entry.getKey();
            var inner = scope.affine(modality + ".own", entry.getValue().summary(), scope.dim());
            if (hidden != null) {
                inner = inner.add(scope.linear(modality + ".before", hidden, scope.dim()));
            }
            var loud = scope.gate(modality).multiply(scope.present(modality)).unsqueeze(1); // [B, 1]
            var added = scope.linear(modality + ".out", inner.gelu(), scope.dim()).multiply(loud);
            hidden = hidden == null ? added : hidden.add(added);
        }
        return new Features(hidden.unsqueeze(1), scope.graph().filled(Shape.of(hidden.dim(0), 1), 1), hidden);
    }
}
