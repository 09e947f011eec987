package patchbay.bench;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.DType;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Tensor;

/** Runs a graph on our engine. */
final class ProgramTask implements Task {

    static final String RESULT = "result";

    private final CpuEngine engine;
    private final Program program;
    private final boolean comparable;

    /**
     * @param graph with an output {@link #RESULT}
     * @param write gives inputs their values
     * @param comparable whether others compute the same
     */
    ProgramTask(CpuEngine engine, Graph graph, Consumer<Program> write, boolean comparable) {
        this.engine = engine;
        this.comparable = comparable;
        program = engine.compile(graph, engine.variables());
        write.accept(program);
    }

    /** The graph that {@code build} makes of an empty one; its inputs are random. */
    static ProgramTask of(CpuEngine engine, Function<Graph, Tensor> build) {
        var graph = new Graph(1);
        graph.output(RESULT, build.apply(graph));
        return new ProgramTask(engine, graph, program -> graph.inputs().forEach((name, input) -> {
            if (input.dtype() == DType.I32) {
                program.write(name, new int[input.size()]);
            } else {
                program.write(name, random(input.size(), name.hashCode()));
            }
        }), true);
    }

    /** Uniform in [−1, 1). */
    static float[] random(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    @Override
    public void run() {
        program.run();
    }

    @Override
    public float[] result() {
        return comparable ? program.floats(RESULT) : new float[0];
    }

    @Override
    public void close() {
        program.close();
        engine.close();
    }
}
