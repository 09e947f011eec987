package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** A graph, compiled, with its variables: values go in by name and come out by name. */
public final class Trial implements AutoCloseable {

    private final Graph graph;
    private final Variables variables;
    private final Program program;

    private Trial(Graph graph, Variables variables, Program program) {
        this.graph = graph;
        this.variables = variables;
        this.program = program;
    }

    public static Trial of(Graph graph) {
        var engine = new ReferenceEngine();
        return of(engine, graph, engine.variables());
    }

    public static Trial of(Engine engine, Graph graph, Variables variables) {
        return new Trial(graph, variables, engine.compile(graph, variables));
    }

    public Graph graph() {
        return graph;
    }

    public Variables variables() {
        return variables;
    }

    /** Writes an input that the graph has; others are left out. */
    public Trial with(String input, float... values) {
        if (graph.inputs().containsKey(input)) {
            program.write(input, values);
        }
        return this;
    }

    /** Writes an input that the graph has; others are left out. */
    public Trial with(String input, int... values) {
        if (graph.inputs().containsKey(input)) {
            program.write(input, values);
        }
        return this;
    }

    public Trial run() {
        program.run();
        return this;
    }

    public float[] floats(String output) {
        return program.floats(output);
    }

    public int[] ints(String output) {
        return program.ints(output);
    }

    /** All outputs by name, whole numbers as floats. */
    public Map<String, float[]> outputs() {
        var all = new LinkedHashMap<String, float[]>();
        graph.outputs().forEach((name, tensor) -> all.put(name,
                tensor.dtype() == DType.I32 ? floats(program.ints(name)) : program.floats(name)));
        return all;
    }

    private static float[] floats(int[] whole) {
        var values = new float[whole.length];
        for (int i = 0; i < whole.length; i++) {
            values[i] = whole[i];
        }
        return values;
    }

    public float[] variable(String name) {
        return values(variables, name);
    }

    public void set(String name, float... values) {
        variables.put(name, variables.type(name), values);
    }

    @Override
    public void close() {
        program.close();
    }

    /** The values of a float variable. */
    public static float[] values(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    /** Every variable's values, written out. */
    public static Map<String, float[]> values(Variables variables) {
        var all = new LinkedHashMap<String, float[]>();
        variables.names().forEach(name -> all.put(name, values(variables, name)));
        return all;
    }

    /** Normally distributed numbers. */
    public static float[] random(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    public static float[] random(TensorType type, long seed) {
        return random(type.size(), seed);
    }

    /** Bit by bit. */
    public static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual, String where) {
        assertEquals(expected.keySet(), actual.keySet(), where);
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), () -> where + ": " + name));
    }

    /** |expected − actual| ≤ {@code bound} · max(1, |expected|) everywhere. */
    public static void assertClose(float[] expected, float[] actual, double bound, String where) {
        assertEquals(expected.length, actual.length, where);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], bound * Math.max(1, Math.abs(expected[i])), where + ": element " + i);
        }
    }
}
