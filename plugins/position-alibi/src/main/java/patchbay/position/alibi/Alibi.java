package patchbay.position.alibi;

import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Attention with linear biases: a score falls by the head's slope for each token between query and key (Press et al. 2022). The slopes of H
 * heads, a power of two, are 2^(−8/H), 2^(−16/H), …, 2^(−8). For other H the authors' code takes those of the power of two below, and
 * between them every second one of twice as many. In front and behind alike where the model is not causal.
 */
@Component
@Plugin("alibi")
public class Alibi implements Position {

    @Override
    public Optional<Tensor> bias(Scope scope, int heads, int nearest, int distances) {
        var bias = new float[heads * distances];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (float) (-slope(i / distances, heads) * Math.abs(nearest + i % distances));
        }
        return Optional.of(scope.graph().constant(Shape.of(heads, distances), bias));
    }

    private static double slope(int head, int heads) {
        int power = Integer.highestOneBit(heads);
        return head < power ? Math.pow(2, -8.0 * (head + 1) / power) : Math.pow(2, -4.0 * (2 * (head - power) + 1) / power);
    }
}
