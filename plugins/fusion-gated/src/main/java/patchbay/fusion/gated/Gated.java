package patchbay.fusion.gated;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Of each pair of modalities, in the order in which they joined, a gate decides channel by channel which of the two an example is told by (the gated multimodal unit, Arevalo et al. 2017,
 * equations 3 to 5): {@code z = σ(W [s_a; s_b] + c), h = z · tanh(A s_a) + (1 − z) · tanh(B s_b)}. The summary is the mean of the pairs' h, by their modalities'
 * gates, beside each modality alone: {@code (Σ_m g_m tanh(A_m s_m) + Σ_{a<b} g_a g_b h_ab) / (Σ_m g_m + Σ_{a<b} g_a g_b)}. Departing from the paper, which has all
 * modalities of every example, what an example has alone counts too.
 */
@Component
@Plugin("gated")
public class Gated implements Fusion {

    @Override
    public Features forward(Scope scope, Map<String, Features> features) {
        var terms = new ArrayList<Tensor>();
        var loudness = new ArrayList<Tensor>();
        var modalities = List.copyOf(features.keySet());
        for (var modality : modalities) {
            var loud = loud(scope, modality);
            terms.add(hidden(scope, modality, features).multiply(loud));
            loudness.add(loud);
        }
        for (int a = 0; a < modalities.size(); a++) {
            for (int b = a + 1; b < modalities.size(); b++) {
                var loud = loud(scope, modalities.get(a)).multiply(loud(scope, modalities.get(b)));
                terms.add(pair(scope, modalities.get(a), modalities.get(b), features).multiply(loud));
                loudness.add(loud);
            }
        }
        var total = loudness.stream().reduce(Tensor::add).orElseThrow().maximum(scope.graph().constant(1e-6f));
        var summary = terms.stream().reduce(Tensor::add).orElseThrow().divide(total);
        return new Features(summary.unsqueeze(1), scope.graph().filled(Shape.of(summary.dim(0), 1), 1), summary);
    }

    /** [B, 1] */
    private static Tensor loud(Scope scope, String modality) {
        return scope.gate(modality).multiply(scope.present(modality)).unsqueeze(1);
    }

    private static Tensor hidden(Scope scope, String modality, Map<String, Features> features) {
        return scope.linear(modality, features.get(modality).summary(), scope.dim()).tanh();
    }

    private static Tensor pair(Scope scope, String a, String b, Map<String, Features> features) {
        var name = a + "+" + b;
        var gate = scope.linear(name + "." + a, features.get(a).summary(), scope.dim()).add(scope.linear(name + "." + b, features.get(b).summary(), scope.dim()))
                .add(scope.undecayed(name + ".bias", Shape.of(scope.dim()), Initializer.zeros())).sigmoid();
        var one = hidden(scope, a, features);
        var other = hidden(scope, b, features);
        return other.add(gate.multiply(one.subtract(other)));
    }
}
