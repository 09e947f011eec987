package patchbay.fusion.crossattention;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * The places of each modality attend to those of each other one, in both directions (co-attention, ViLBERT, Lu et al. 2019, section 2; LXMERT, Tan and Bansal 2019), and
 * what they find is added to what they are: {@code x_a + Σ_{b≠a} g_b softmax(Q_a K_bᵀ/√d) V_b}. An example that lacks b finds nothing there. The summary is
 * the mean of the modalities' means, by their gates. Departing from ViLBERT there is one such layer and no feed-forward behind it.
 */
@Component
@Plugin("cross-attention")
public class CrossAttention implements Fusion {

    /** So low that nothing is left of it in a softmax, and yet a number. */
    private static final float MASKED = -1e9f;

    /** The options. */
    public @interface Options {

        /** Heads; 0 for one for each 32 channels, at least one. */
        int heads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Features forward(Scope scope, Map<String, Features> features) {
        var normed = new LinkedHashMap<String, Tensor>();
        features.forEach((modality, its) -> normed.put(modality, its.sequence().layerNorm(scope.undecayed(modality + ".gain", Shape.of(scope.dim()), Initializer.ones()),
                scope.undecayed(modality + ".bias", Shape.of(scope.dim()), Initializer.zeros()), 1e-5f)));
        var sequences = new ArrayList<Tensor>();
        var weights = new ArrayList<Tensor>();
        var summaries = new ArrayList<Tensor>();
        var loudness = new ArrayList<Tensor>();
        features.forEach((modality, its) -> {
            var x = its.sequence();
            for (var other : features.keySet()) {
                if (!other.equals(modality)) {
                    var found = attend(scope, modality + "-" + other, normed.get(modality), normed.get(other), features.get(other).weights());
                    var loud = scope.gate(other).multiply(scope.present(other)).reshape(x.dim(0), 1, 1);
                    x = x.add(found.multiply(loud));
                }
            }
            var loud = scope.gate(modality).multiply(scope.present(modality)).unsqueeze(1); // [B, 1]
            sequences.add(x);
            weights.add(its.weights().multiply(loud));
            summaries.add(Features.mean(x, its.weights()).multiply(loud));
            loudness.add(loud);
        });
        var total = loudness.stream().reduce(Tensor::add).orElseThrow().maximum(scope.graph().constant(1e-6f));
        return new Features(Layout.concat(1, sequences), Layout.concat(1, weights), summaries.stream().reduce(Tensor::add).orElseThrow().divide(total));
    }

    /** What the places of x find among those of y: [B, T, D], [B, S, D] → [B, T, D]. */
    private static Tensor attend(Scope scope, String name, Tensor x, Tensor y, Tensor weights) {
        int heads = heads(scope);
        int dim = scope.dim() / heads;
        var q = headed(scope.linear(name + ".query", x, scope.dim()), heads); // [B, H, T, d]
        var k = headed(scope.linear(name + ".key", y, scope.dim()), heads);
        var v = headed(scope.linear(name + ".value", y, scope.dim()), heads);
        var there = weights.greater(0).subtract(1).multiply(-MASKED).reshape(y.dim(0), 1, 1, y.dim(1)); // places without weight are not looked at
        var scores = q.matmul(k, false, true).multiply((float) (1 / Math.sqrt(dim))).add(there);
        var mixed = scores.softmax().matmul(v).permute(0, 2, 1, 3).reshape(x.shape());
        return scope.residual(name + ".output", mixed, scope.dim());
    }

    private static Tensor headed(Tensor x, int heads) {
        return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).permute(0, 2, 1, 3);
    }

    private static int heads(Scope scope) {
        int asked = scope.options(Options.class).heads();
        int heads = asked == 0 ? Math.max(1, scope.dim() / 32) : asked;
        if (heads < 0 || scope.dim() % heads != 0) {
            throw new UserError("heads is " + asked + "; it must divide the width of " + scope.dim());
        }
        return heads;
    }
}
