package patchbay.tensor;

/**
 * A node of a {@link Graph}: a type, and where its elements come from. Identity is equality. What can be done with
 * tensors stands in the interfaces that this class takes its methods from, one subject each.
 */
public final class Tensor implements Elementwise, Layout, Reductions, LinearAlgebra, Indexing, Networks, Dispatching, Convolutions {

    private final Graph graph;
    private final TensorType type;
    private final Origin origin;

    Tensor(Graph graph, TensorType type, Origin origin) {
        this.graph = graph;
        this.type = type;
        this.origin = origin;
    }

    public Graph graph() {
        return graph;
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    public DType dtype() {
        return type.dtype();
    }

    /** Size of an axis; negative counts from the end. */
    public int dim(int axis) {
        return type.shape().dim(axis);
    }

    public int rank() {
        return type.shape().rank();
    }

    /** Number of elements. */
    public int size() {
        return type.size();
    }

    public Origin origin() {
        return origin;
    }

    @Override
    public Tensor self() {
        return this;
    }

    @Override
    public String toString() {
        return switch (origin) {
            case Origin.Input input -> "input '" + input.name() + "' " + type;
            case Origin.Variable variable -> "variable '" + variable.name() + "' " + type;
            case Origin.Constant _ -> "constant " + type;
            case Origin.Result result -> "output " + result.index() + " of " + result.node();
        };
    }
}
