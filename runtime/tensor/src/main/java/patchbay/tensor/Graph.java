package patchbay.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A static graph of tensors. Building it computes nothing; every shape is checked while it is built. It compiles once
 * into a {@link Program} and runs many times.
 *
 * <p>Leaves are inputs, variables and constants; results are named by {@link #output} and written back to variables by
 * {@link #update}. All updates take effect together when a run ends: every operation of the run sees the old values.
 */
public final class Graph {

    private final long seed;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, Tensor> variables = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<Tensor, Tensor> updates = new LinkedHashMap<>();
    private final Deque<String> places = new ArrayDeque<>();

    /** @param seed what the first values of variables are drawn from */
    public Graph(long seed) {
        this.seed = seed;
    }

    public Graph() {
        this(0);
    }

    public long seed() {
        return seed;
    }

    /** A tensor that the caller writes before each run. Asking again for the same name and type gives the same tensor. */
    public Tensor input(String name, TensorType type) {
        return leaf(inputs, "input", name, type, new Origin.Input(name));
    }

    /** A variable that an optimizer moves. */
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        return leaf(variables, "variable", name, TensorType.f32(shape), new Origin.Variable(name, initializer, true));
    }

    /** A variable that only {@link #update} changes. */
    public Tensor state(String name, TensorType type, Initializer initializer) {
        return leaf(variables, "variable", name, type, new Origin.Variable(name, initializer, false));
    }

    private Tensor leaf(Map<String, Tensor> known, String kind, String name, TensorType type, Origin origin) {
        var there = known.get(name);
        if (there == null) {
            there = new Tensor(this, type, origin);
            known.put(name, there);
        } else if (!there.type().equals(type)) {
            throw new ShapeError(located(kind + " '" + name + "' was asked for as " + type + " but is " + there.type()));
        }
        return there;
    }

    public Tensor constant(Shape shape, float... values) {
        return constant(TensorType.f32(shape), values, values.length);
    }

    public Tensor constant(Shape shape, int... values) {
        return constant(TensorType.i32(shape), values, values.length);
    }

    /** A scalar. */
    public Tensor constant(float value) {
        return constant(Shape.scalar(), value);
    }

    /** {@code shape} filled with {@code value}. */
    public Tensor filled(Shape shape, float value) {
        var values = new float[shape.size()];
        java.util.Arrays.fill(values, value);
        return constant(shape, values);
    }

    private Tensor constant(TensorType type, Object values, int length) {
        if (length != type.size()) {
            throw new ShapeError(located("constant: " + length + " values given for " + type));
        }
        return new Tensor(this, type, new Origin.Constant(values));
    }

    /** The outputs of {@code operation} on {@code operands}. */
    public List<Tensor> apply(Operation operation, List<Tensor> operands) {
        var types = operands.stream().map(Tensor::type).toList();
        for (var operand : operands) {
            if (operand.graph() != this) {
                throw new IllegalArgumentException(located(operation.name() + ": an operand belongs to another graph"));
            }
        }
        var yielded = checked(operation.name(), types, () -> operation.infer(types));
        var results = new ArrayList<Tensor>(yielded.size());
        var node = new Node(nodes.size(), operation, List.copyOf(operands), Collections.unmodifiableList(results), place());
        for (int i = 0; i < yielded.size(); i++) {
            results.add(new Tensor(this, yielded.get(i), new Origin.Result(node, i)));
        }
        nodes.add(node);
        return node.outputs();
    }

    /** The only output of {@code operation} on {@code operands}. */
    public Tensor apply(Operation operation, Tensor... operands) {
        return apply(operation, List.of(operands)).getFirst();
    }

    /** Names {@code tensor} so that it can be read after a run. */
    public void output(String name, Tensor tensor) {
        if (outputs.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException(located("output '" + name + "' is there already"));
        }
    }

    /** When a run ends, {@code variable} takes the value of {@code value}. */
    public void update(Tensor variable, Tensor value) {
        if (!(variable.origin() instanceof Origin.Variable named)) {
            throw new IllegalArgumentException(located("update of " + variable + ": it is not a variable"));
        }
        if (!variable.type().equals(value.type())) {
            throw new ShapeError(located("update of '" + named.name() + "', " + variable.type() + ", by " + value.type()));
        }
        if (updates.putIfAbsent(variable, value) != null) {
            throw new IllegalArgumentException(located("variable '" + named.name() + "' is updated twice"));
        }
    }

    /** Runs {@code build} with errors and nodes attributed to {@code place}, such as {@code "plugin cosine at layers.3.moe.router"}. */
    public <T> T at(String place, java.util.function.Supplier<T> build) {
        places.push(place);
        try {
            return build.get();
        } finally {
            places.pop();
        }
    }

    /** What {@code inferred} says of operands of {@code types}; its error names the operation, the operands and the place. */
    <T> T checked(String operation, List<TensorType> types, java.util.function.Supplier<T> inferred) {
        try {
            return inferred.get();
        } catch (ShapeError error) {
            throw new ShapeError(located(operation + " of " + types + ": " + error.getMessage()), error);
        }
    }

    private String place() {
        return places.isEmpty() ? "" : places.peek();
    }

    private String located(String message) {
        return places.isEmpty() ? message : message + " (in " + place() + ")";
    }

    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    public Map<String, Tensor> inputs() {
        return Collections.unmodifiableMap(inputs);
    }

    public Map<String, Tensor> variables() {
        return Collections.unmodifiableMap(variables);
    }

    /** Variables that an optimizer moves, by name, in the order in which they were asked for. */
    public Map<String, Tensor> parameters() {
        var trainable = new LinkedHashMap<String, Tensor>();
        variables.forEach((name, tensor) -> {
            if (((Origin.Variable) tensor.origin()).trainable()) {
                trainable.put(name, tensor);
            }
        });
        return trainable;
    }

    public Map<String, Tensor> outputs() {
        return Collections.unmodifiableMap(outputs);
    }

    /** New value by variable. */
    public Map<Tensor, Tensor> updates() {
        return Collections.unmodifiableMap(updates);
    }
}
