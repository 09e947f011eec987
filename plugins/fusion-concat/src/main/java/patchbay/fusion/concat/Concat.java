package patchbay.fusion.concat;

import java.util.ArrayList;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Plugin;
import patchbay.tensor.Layout;
import patchbay.tensor.Tensor;

/**
 * All places of all modalities, one behind the other, each modality through a projection of its own; the summary is the mean of the modalities' own, each by
 * its gate: {@code Σ g_m W_m s_m / Σ g_m} over those that an example has.
 */
@Component
@Plugin("concat")
public class Concat implements Fusion {

    @Override
    public Features forward(Scope scope, Map<String, Features> features) {
        var sequences = new ArrayList<Tensor>();
        var weights = new ArrayList<Tensor>();
        var summaries = new ArrayList<Tensor>();
        var loudness = new ArrayList<Tensor>();
        features.forEach((modality, its) -> {
            var loud = scope.gate(modality).multiply(scope.present(modality)).unsqueeze(1); // [B, 1]
            sequences.add(scope.linear(modality, its.sequence(), scope.dim()));
            weights.add(its.weights().multiply(loud));
            summaries.add(scope.linear(modality, its.summary(), scope.dim()).multiply(loud));
            loudness.add(loud);
        });
        var total = loudness.stream().reduce(Tensor::add).orElseThrow().maximum(scope.graph().constant(1e-6f));
        return new Features(Layout.concat(1, sequences), Layout.concat(1, weights), summaries.stream().reduce(Tensor::add).orElseThrow().divide(total));
    }
}
