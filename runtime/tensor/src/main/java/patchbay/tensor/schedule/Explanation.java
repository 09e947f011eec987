package patchbay.tensor.schedule;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.tensor.DType;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Origin;
import patchbay.tensor.Plan;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.fusion.Fused;

/** Writes down, launch by launch while a program is put together, what it will do. */
public final class Explanation {

    private static final class Lodging {
        private final int number;
        private final Plan.Use use;
        private final String name;
        private final long bytes;
        private final Set<Object> tenants = new HashSet<>();

        Lodging(int number, Plan.Use use, String name, long bytes) {
            this.number = number;
            this.use = use;
            this.name = name;
            this.bytes = bytes;
        }
    }

    private final List<Plan.Launch> launches = new ArrayList<>();
    /** By array. */
    private final Map<Object, Lodging> buffers = new IdentityHashMap<>();

    /** Adds a launch of {@code node}, whose inputs, outputs and scratch lie in these arrays. */
    public void add(Node node, Launch launch, boolean fast, List<?> inputs, List<?> outputs, List<?> scratch) {
        var types = node.operation().scratch(node);
        var reads = new ArrayList<Integer>();
        var writes = new ArrayList<Integer>();
        long bytes = 0;
        for (var argument : launch.arguments()) {
            switch (argument) {
                case Launch.Argument.Input(int index) -> {
                    reads.add(lodge(Schedule.root(node.inputs().get(index)), inputs.get(index)));
                    bytes += node.input(index).bytes();
                }
                case Launch.Argument.Output(int index) -> {
                    writes.add(lodge(node.outputs().get(index), outputs.get(index)));
                    bytes += node.output(index).bytes();
                }
                case Launch.Argument.Scratch(int index) -> {
                    writes.add(lodge(types.get(index), scratch.get(index)));
                    bytes += types.get(index).bytes();
                }
                case Launch.Argument.IntValue _, Launch.Argument.FloatValue _ -> { }
            }
        }
        var operations = node.operation() instanceof Fused fused
                ? fused.parts().stream().map(part -> part.operation().name()).toList() : List.of(node.operation().name());
        launches.add(new Plan.Launch(launch.kernel().name(), operations, node.place(), launch.rows(), fast, List.copyOf(reads),
                List.copyOf(writes), writes.stream().anyMatch(reads::contains), bytes, Optional.empty()));
    }

    /** The number of the buffer {@code array}, in which {@code tenant}, a tensor or a scratch array, lies. */
    private int lodge(Object tenant, Object array) {
        var there = buffers.computeIfAbsent(array, _ -> {
            var origin = tenant instanceof Tensor tensor ? tensor.origin() : null;
            return switch (origin) {
                case Origin.Variable variable -> lodging(Plan.Use.VARIABLE, variable.name(), tenant, array);
                case Origin.Input input -> lodging(Plan.Use.INPUT, input.name(), tenant, array);
                case Origin.Constant _ -> lodging(Plan.Use.CONSTANT, "", tenant, array);
                case null, default -> lodging(Plan.Use.INTERMEDIATE, "", tenant, array);
            };
        });
        there.tenants.add(tenant instanceof TensorType ? new Object() : tenant);
        return there.number;
    }

    private Lodging lodging(Plan.Use use, String name, Object tenant, Object array) {
        DType dtype = tenant instanceof Tensor tensor ? tensor.dtype() : ((TensorType) tenant).dtype();
        return new Lodging(buffers.size() + 1, use, name, dtype.bytes(Array.getLength(array)));
    }

    public Plan plan(long memory) {
        var all = buffers.values().stream().sorted(Comparator.comparingInt(lodging -> lodging.number))
                .map(each -> new Plan.Buffer(each.number, each.use, each.name, each.bytes, each.tenants.size())).toList();
        return new Plan(List.copyOf(launches), all, memory);
    }
}
