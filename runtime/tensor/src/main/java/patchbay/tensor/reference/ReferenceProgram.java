package patchbay.tensor.reference;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Graph;
import patchbay.tensor.Node;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** Every tensor of a graph in an array of its own. */
final class ReferenceProgram extends ArrayProgram {

    private final Map<Tensor, Object> arrays = new HashMap<>();
    private final List<Runnable> steps = new ArrayList<>();
    private int launches;
    private long memory;

    ReferenceProgram(Graph graph, ArrayVariables variables) {
        this(graph, variables, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    private ReferenceProgram(Graph graph, ArrayVariables variables, Map<String, Named> inputs, Map<String, Named> outputs) {
        super(inputs, outputs);
        graph.variables().forEach((name, tensor) -> arrays.put(tensor, variables.array(name)));
        graph.inputs().forEach((name, tensor) -> inputs.put(name, new Named(tensor.type(), array(tensor))));
        graph.nodes().forEach(this::compute);
        graph.outputs().forEach((name, tensor) -> {
            var kept = new Named(tensor.type(), tensor.type().array());
            outputs.put(name, kept);
            copy(tensor.type(), array(tensor), kept.array());
        });
        // Two rounds of copies: a new value may itself be a variable that is updated.
        var values = new LinkedHashMap<Tensor, Object>();
        graph.updates().forEach((variable, value) -> {
            values.put(variable, value.type().array());
            copy(value.type(), array(value), values.get(variable));
        });
        values.forEach((variable, value) -> copy(variable.type(), value, array(variable)));
        variables.renewedBy(graph).forEach(changes -> steps.add(changes::incrementAndGet));
    }

    private Object array(Tensor tensor) {
        return arrays.computeIfAbsent(tensor, absent -> {
            if (absent.origin() instanceof Origin.Constant(Object array)) {
                return array;
            }
            memory += absent.type().bytes();
            return absent.type().array();
        });
    }

    private void compute(Node node) {
        var operation = node.operation();
        var from = node.inputs().stream().map(this::array).toList();
        var to = node.outputs().stream().map(this::array).toList();
        if (operation.isView()) {
            copy(node.output(0), from.getFirst(), to.getFirst());
            return;
        }
        var scratch = operation.scratch(node).stream().map(TensorType::array).toList();
        for (var launch : operation.launches(node)) {
            var bound = BoundLaunch.of(node, launch, launch.kernel().method(), from, to, scratch);
            steps.add(() -> bound.run(0, launch.rows()));
            launches++;
        }
    }

    private void copy(TensorType type, Object from, Object to) {
        steps.add(() -> HostArrays.copy(type, from, to));
    }

    @Override
    public void run() {
        steps.forEach(Runnable::run);
    }

    @Override
    public int launches() {
        return launches;
    }

    @Override
    public long memory() {
        return memory;
    }

    @Override
    public void close() {
        // arrays go with the program
    }
}
