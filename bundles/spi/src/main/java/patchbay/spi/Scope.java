package patchbay.spi;

import java.lang.annotation.Annotation;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * A plugin's place in the graph that is being built: through it the plugin asks for everything that it learns,
 * remembers or was told. The platform owns every value, under a path that starts with the socket's, and carries it over
 * swaps, checkpoints and engines.
 */
@ProviderType
public interface Scope {

    Graph graph();

    /** The socket's path: {@code layers.3.moe.router}. */
    String path();

    Mode mode();

    /** Width of the residual stream. */
    int dim();

    /** The options of this socket, with the defaults of {@link Part#options()} where nothing else was said. */
    <O extends Annotation> O options(Class<O> type);

    /** A parameter that weight decay pulls towards zero: the matrices. */
    Tensor parameter(String name, Shape shape, Initializer initializer);

    /** A parameter without weight decay: gains, biases, temperatures. */
    Tensor undecayed(String name, Shape shape, Initializer initializer);

    /** Values that no optimizer moves, kept in checkpoints; they change by {@link #update} only. */
    Tensor state(String name, Shape shape, Initializer initializer);

    /** At the end of the step {@code state} takes this value. Without effect outside of training. */
    void update(Tensor state, Tensor value);

    /**
     * {@code x · W} along the last axis, W a parameter [in, out] called {@code name}, drawn from a normal distribution of deviation
     * 1/√in.
     */
    Tensor linear(String name, Tensor x, int out);

    /** {@link #linear} and a bias [out], called {@code name-bias}, that begins at 0. */
    default Tensor affine(String name, Tensor x, int out) {
        return linear(name, x, out).add(undecayed(name + "-bias", Shape.of(out), Initializer.zeros()));
    }

    /**
     * Like {@link #linear}, for the projection that ends a sub-layer and is added to the residual stream: its first
     * values are smaller by √(2 · layers) (GPT-2, Radford et al. 2019, section 2.3), so that the stream starts equally
     * wide at any depth.
     */
    Tensor residual(String name, Tensor x, int out);

    /** In training, zeroes each element with probability {@code p} and scales the others by 1/(1−p); otherwise {@code x}. */
    Tensor dropout(Tensor x, float p);

    /**
     * Standard normal noise, new in every step and the same when a step is repeated. To be asked for in {@link Mode#TRAINING}
     * only: nothing is random elsewhere.
     */
    Tensor noise(Shape shape);

    /** Like {@link #noise}, between 0 and 1, each number as likely as any other. */
    Tensor uniform(Shape shape);

    /** Publishes a tensor among the step's metrics as {@code path.name}. */
    void metric(String name, Tensor value);
}
