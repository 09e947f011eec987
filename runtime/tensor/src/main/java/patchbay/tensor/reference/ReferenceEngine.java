package patchbay.tensor.reference;

import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Variables;

/**
 * The plain twin of every engine: one thread, every operation in the order of the graph, every tensor in an array of its
 * own, the plain kernels. Slow, and right by inspection.
 */
public final class ReferenceEngine implements Engine {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "reference: plain kernels in one thread, nothing shared or left out";
    }

    @Override
    public Variables variables() {
        return new ArrayVariables();
    }

    @Override
    public Program compile(Graph graph, Variables variables) {
        if (!(variables instanceof ArrayVariables arrays)) {
            throw new IllegalArgumentException("these variables are kept by another engine");
        }
        arrays.declare(graph);
        return new ReferenceProgram(graph, arrays);
    }
}
