package patchbay.bench;

import java.util.function.Supplier;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Graph;

/**
 * The memory that two programs of the same purpose need for what lies between their inputs and outputs, outputs included.
 *
 * @param ours builds our graph
 * @param other builds the other's
 */
record Footprint(String name, Supplier<Graph> ours, Supplier<Graph> other) {

    /** Bytes of either. */
    record Bytes(long ours, long other) {

        double ratio() {
            return (double) ours / other;
        }
    }

    Bytes measure() {
        return new Bytes(bytes(ours.get()), bytes(other.get()));
    }

    private static long bytes(Graph graph) {
        try (var engine = CpuEngine.plain(1); var program = engine.compile(graph, engine.variables())) {
            return program.memory() - graph.inputs().values().stream().mapToLong(input -> input.type().bytes()).sum();
        }
    }
}
