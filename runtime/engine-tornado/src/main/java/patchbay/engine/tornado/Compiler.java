package patchbay.engine.tornado;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import patchbay.tensor.Graph;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.fusion.FusedKernels;
import patchbay.tensor.reference.ArrayProgram;
import patchbay.tensor.reference.ArrayVariables;
import patchbay.tensor.reference.BoundLaunch;
import patchbay.tensor.schedule.Explanation;
import patchbay.tensor.schedule.Placement;
import patchbay.tensor.schedule.Schedule;

/** Turns a graph into the tasks of a {@link TornadoProgram}: kernels with the arrays and numbers that they are to be given. */
final class Compiler {

    private final Graph graph;
    private final Forms forms;
    private final Schedule schedule;
    private final Placement placement;
    private final Explanation explanation = new Explanation();
    private final List<Step> steps = new ArrayList<>();
    private final Workspace workspace = new Workspace();

    Compiler(Graph graph, ArrayVariables variables, FusedKernels fusion, Forms forms) {
        this.forms = forms;
        this.graph = graph;
        this.schedule = new Schedule(graph, Optional.of(fusion));
        this.placement = new Placement(graph, schedule, variables, (node, launch, inputs, outputs, scratch) ->
                BoundLaunch.of(node, launch, launch.kernel().method(), inputs, outputs, scratch).run(0, launch.rows()));
    }

    TornadoProgram compile(TornadoVariables variables, TornadoProgram.Host host) {
        schedule.order().forEach(node -> node.operation().launches(node).forEach(launch -> workspace.require(form(node, launch).scratch())));
        placement.before().forEach(this::copy);
        schedule.order().forEach(this::bind);
        placement.after().forEach(this::copy);
        var inputs = new LinkedHashMap<String, ArrayProgram.Named>();
        graph.inputs().forEach((name, tensor) -> inputs.put(name, new ArrayProgram.Named(tensor.type(), placement.array(tensor))));
        var outputs = new LinkedHashMap<String, ArrayProgram.Named>();
        graph.outputs().forEach((name, tensor) -> outputs.put(name, new ArrayProgram.Named(tensor.type(), placement.kept(tensor))));
        var kept = arrays(graph.variables().keySet().stream().map(variables.arrays()::array).toList());
        var renewed = graph.updates().keySet().stream().map(placement::array).toList();
        var computed = arrays(List.of());
        placement.planned().forEach(storage -> computed.add(storage.array()));
        placement.before().forEach(copy -> computed.add(copy.to()));
        computed.addAll(workspace.all());
        return new TornadoProgram(host, inputs, outputs, kept, renewed, computed, steps, explanation.plan(placement.memory() + workspace.bytes()));
    }

    private static Set<Object> arrays(Collection<?> arrays) {
        var set = Collections.<Object>newSetFromMap(new IdentityHashMap<>());
        set.addAll(arrays);
        return set;
    }

    private void bind(Node node) {
        var inputs = placement.inputs(node);
        var outputs = placement.outputs(node);
        var own = placement.scratch(node);
        for (var launch : node.operation().launches(node)) {
            if (launch.rows() > 0) {
                var form = form(node, launch);
                var scratch = Stream.concat(own.stream(), workspace.arrays(form.scratch()).stream()).toList();
                for (var pass : form.passes()) {
                    explanation.add(node, launch, !pass.kernel().equals(launch.kernel().method()), inputs, outputs, own);
                    var arguments = new ArrayList<Object>(pass.takesRows() ? List.of(0, pass.rows()) : List.of());
                    for (var argument : pass.arguments()) {
                        arguments.add(switch (argument) {
                            case Launch.Argument.Input(int index) -> inputs.get(index);
                            case Launch.Argument.Output(int index) -> outputs.get(index);
                            case Launch.Argument.Scratch(int index) -> scratch.get(index);
                            case Launch.Argument.IntValue(int value) -> value;
                            case Launch.Argument.FloatValue(float value) -> value;
                        });
                    }
                    steps.add(Step.of(new Task("t" + steps.size(), pass.kernel(), arguments, pass.groups()), node, launch, form.passes().size()));
                }
            }
        }
    }

    private Form form(Node node, Launch launch) {
        return forms.of(launch, node.operation().scratch(node).size());
    }

    private void copy(Placement.Copy copy) {
        var name = copy.from().getClass().componentType().getName() + "s"; // floats, ints, shorts, bytes
        int length = java.lang.reflect.Array.getLength(copy.to());
        if (length > 0) {
            var task = new Task("t" + steps.size(), Kernel.of(Copies.class, name).method(), List.of(0, length, copy.from(), copy.to()));
            steps.add(Step.copy(task, copy.type().bytes()));
        }
    }
}
