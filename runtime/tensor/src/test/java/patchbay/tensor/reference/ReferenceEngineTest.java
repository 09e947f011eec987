package patchbay.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.kernels.Parallel;
import patchbay.tensor.Gradient;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class ReferenceEngineTest {

    private final ReferenceEngine engine = new ReferenceEngine();

    @Test
    void runsAnOperationThatThisTestBrings() {
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(2, 2));
        graph.output("y", graph.apply(new Affine(3, 1), graph.apply(new Affine(2, 0), x)));
        var program = engine.compile(graph, engine.variables());
        program.write("x", new float[] {1, 2, 3, 4});
        program.run();
        assertArrayEquals(new float[] {7, 13, 19, 25}, program.floats("y"));
        assertEquals(TensorType.f32(2, 2), program.type("y"));
        assertEquals(2, program.launches());
    }

    @Test
    void updatesSeeOldValuesAndTakeEffectTogether() {
        var graph = new Graph();
        var a = graph.parameter("a", Shape.of(1), Initializer.of(1));
        var b = graph.parameter("b", Shape.of(1), Initializer.of(10));
        var c = graph.parameter("c", Shape.of(1), Initializer.of(100));
        graph.update(a, b);
        graph.update(b, a);
        graph.update(c, graph.apply(new Affine(1, 5), a));
        graph.output("a", a);
        var variables = engine.variables();
        var program = engine.compile(graph, variables);
        program.run();
        assertEquals(1, program.scalar("a"));
        var value = new float[1];
        variables.read("a", value);
        assertEquals(10, value[0]);
        variables.read("b", value);
        assertEquals(1, value[0]);
        variables.read("c", value);
        assertEquals(6, value[0]);
    }

    @Test
    void firstValuesDependOnNameAndSeedOnly() {
        var first = engine.variables();
        var second = engine.variables();
        engine.compile(graphOf(7, "a", "b"), first);
        engine.compile(graphOf(7, "b", "x", "a"), second);
        assertArrayEquals(values(first, "a"), values(second, "a"));
        assertArrayEquals(values(first, "b"), values(second, "b"));
        assertFalse(java.util.Arrays.equals(values(first, "a"), values(first, "b")));
        var other = engine.variables();
        engine.compile(graphOf(8, "a"), other);
        assertFalse(java.util.Arrays.equals(values(first, "a"), values(other, "a")));
    }

    private static Graph graphOf(long seed, String... names) {
        var graph = new Graph(seed);
        for (var name : names) {
            graph.parameter(name, Shape.of(4), Initializer.normal(1));
        }
        return graph;
    }

    private static float[] values(patchbay.tensor.Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    @Test
    void variablesKeepForkShareAndCopy() {
        var type = TensorType.i32(2);
        var variables = engine.variables();
        variables.put("n", type, new int[] {1, 2});
        var fork = variables.fork();
        var copy = variables.copy();
        variables.put("n", type, new int[] {3, 4});
        variables.put("late", type, new int[] {5, 6});
        var into = new int[2];
        fork.read("n", into);
        assertArrayEquals(new int[] {3, 4}, into);
        copy.read("n", into);
        assertArrayEquals(new int[] {1, 2}, into);
        assertFalse(fork.contains("late"));
        copy.share("n", variables);
        copy.read("n", into);
        assertArrayEquals(new int[] {3, 4}, into);
        variables.remove("n");
        assertEquals(java.util.Set.of("late"), variables.names());
        assertTrue(fork.contains("n"));
    }

    @Test
    void mistakesAreNamed() {
        var graph = new Graph();
        var x = graph.input("tokens", TensorType.f32(3));
        graph.output("logits", graph.apply(new Affine(1, 0), x));
        graph.parameter("w", Shape.of(2), Initializer.zeros());
        var variables = engine.variables();
        var program = engine.compile(graph, variables);
        assertMessage("unknown input 'token'", assertThrows(UserError.class, () -> program.write("token", new float[3])));
        assertMessage("4 values given", assertThrows(ShapeError.class, () -> program.write("tokens", new float[4])));
        assertMessage("not of int", assertThrows(ShapeError.class, () -> program.write("tokens", new int[3])));
        assertMessage("room for 2", assertThrows(ShapeError.class, () -> program.read("logits", new float[2])));
        assertMessage("remove it first", assertThrows(ShapeError.class, () -> variables.put("w", TensorType.f32(3), new float[3])));
        var clash = new Graph();
        clash.parameter("w", Shape.of(5), Initializer.zeros());
        assertMessage("f32[5] but is kept as f32[2]", assertThrows(ShapeError.class, () -> engine.compile(clash, variables)));
    }

    @Test
    void aFailingKernelIsNamedWithItsPlace() {
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(2));
        graph.output("y", graph.at("plugin broken at layers.3", () -> graph.apply(new Affine(Float.NaN, 0), x)));
        var program = engine.compile(graph, engine.variables());
        var error = assertThrows(IllegalStateException.class, program::run);
        assertMessage("affine#0", error);
        assertMessage("plugin broken at layers.3", error);
    }

    private static void assertMessage(String part, Throwable error) {
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    /** factor · x + offset; refuses a factor that is not a number when it runs. */
    public record Affine(float factor, float offset) implements Operation {

        private static final Kernel KERNEL = Kernel.of(Affine.class, "affine");

        @Override
        public String name() {
            return "affine";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return inputs;
        }

        @Override
        public List<Launch> launches(Node node) {
            int size = node.output(0).size();
            return List.of(Launch.of(KERNEL, size).input(0).output(0).value(factor).value(offset));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            gradient.to(0, () -> gradient.of(0).graph().apply(new Affine(factor, 0), gradient.of(0)));
        }

        public static void affine(int first, int count, float[] x, float[] out, float factor, float offset) {
            if (Float.isNaN(factor)) {
                throw new ArithmeticException("factor is not a number");
            }
            for (@Parallel int i = 0; i < count; i++) {
                out[first + i] = x[first + i] * factor + offset;
            }
        }
    }
}
