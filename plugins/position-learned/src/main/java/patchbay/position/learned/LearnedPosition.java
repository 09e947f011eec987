package patchbay.position.learned;

import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** A vector for each position, learnt and added to the token's embedding (Gehring et al. 2017; GPT-2). */
@Component
@Plugin("learned")
public class LearnedPosition implements Position {

    @Override
    public Tensor embed(Scope scope, Tensor embeddings) {
        int time = embeddings.dim(1);
        var table = scope.parameter("table", Shape.of(scope.context(), scope.dim()), Initializer.normal(0.02f));
        var steps = scope.graph().constant(Shape.of(time), IntStream.range(0, time).toArray());
        return embeddings.add(table.gather(steps.add(scope.start()))); // [T, dim] under every sequence
    }
}
