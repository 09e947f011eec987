package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.Test;
import patchbay.lab.record.Event;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Engine;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** A plugin that brings an operation and kernels of its own: they run on the platform's engine, and the gradient is right. */
public class OwnOperationTest extends LiveRunTest {

    private static final Sample BENT = new Sample("sample.bent", "1.0.0", "BentRouter", """
            package sample.bent;

            import java.util.List;
            import org.osgi.service.component.annotations.Component;
            import patchbay.kernels.Parallel;
            import patchbay.spi.Plugin;
            import patchbay.spi.Router;
            import patchbay.tensor.Gradient;
            import patchbay.tensor.Kernel;
            import patchbay.tensor.Launch;
            import patchbay.tensor.Node;
            import patchbay.tensor.Operation;
            import patchbay.tensor.Tensor;
            import patchbay.tensor.TensorType;

            /** Scores bent by x / (1 + |x|), an operation that the platform does not have. */
            @Component
            @Plugin("bent")
            public class BentRouter implements Router {

                @Override
                public Tensor score(Scope scope, Tensor tokens) {
                    return scope.graph().apply(new Softsign(), scope.linear("weight", tokens, scope.experts())).multiply(3);
                }

                /** y = x / (1 + |x|), element by element. */
                record Softsign() implements Operation {

                    private static final Kernel KERNEL = Kernel.of(Kernels.class, "softsign");

                    @Override
                    public String name() {
                        return "softsign";
                    }

                    @Override
                    public List<TensorType> infer(List<TensorType> inputs) {
                        return inputs;
                    }

                    @Override
                    public List<Launch> launches(Node node) {
                        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0));
                    }

                    @Override
                    public void gradient(Node node, Gradient gradient) {
                        var x = node.inputs().getFirst();
                        gradient.to(0, () -> x.graph().apply(new SoftsignGradient(), x, gradient.of(0)));
                    }
                }

                /** By x, where g is the gradient by y: g / (1 + |x|)². */
                record SoftsignGradient() implements Operation {

                    private static final Kernel KERNEL = Kernel.of(Kernels.class, "softsignGradient");

                    @Override
                    public String name() {
                        return "softsign-gradient";
                    }

                    @Override
                    public List<TensorType> infer(List<TensorType> inputs) {
                        return List.of(inputs.getFirst());
                    }

                    @Override
                    public List<Launch> launches(Node node) {
                        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).input(1).output(0));
                    }

                    @Override
                    public void gradient(Node node, Gradient gradient) {
                        gradient.stop();
                    }
                }

                public static final class Kernels {

                    private Kernels() {}

                    public static void softsign(int first, int count, float[] x, float[] y) {
                        for (@Parallel int i = 0; i < count; i++) {
                            y[first + i] = x[first + i] / (1 + Math.abs(x[first + i]));
                        }
                    }

                    public static void softsignGradient(int first, int count, float[] x, float[] g, float[] out) {
                        for (@Parallel int i = 0; i < count; i++) {
                            float width = 1 + Math.abs(x[first + i]);
                            out[first + i] = g[first + i] / (width * width);
                        }
                    }
                }
            }
            """, "");

    @Override
    protected List<Sample> samples() {
        return List.of(BENT);
    }

    @Test
    public void itTrainsInTheCpuEngineAndItsClassesGo() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        put(BENT, "bent.jar");
        diary.arrived("bent");
        assertTrue(swap(run, ROUTERS, "bent") instanceof Event.Swapped);
        steps(run, 100);
        checkGradient();
        var loader = Watched.of(bundle("sample.bent"));
        remove("bent.jar");
        diary.gone("bent");
        assertTrue(swap(run, ROUTERS, "cosine") instanceof Event.Swapped);
        loader.assertCollected();
        assertEquals(stopped(run), repeated(run));
    }

    /** Against differences of the loss, by each element of the tokens. In a method of its own, so that nothing of the plugin stays on the stack. */
    private void checkGradient() {
        var engine = service(Engine.class);
        assertEquals("cpu", engine.name());
        var router = (Router) lab.archive().offers().stream().filter(offer -> offer.name().equals("bent")).findFirst().orElseThrow().part();
        var settings = new ModelSettings(1, 8, 1, 4, 8, 5, 2, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(3);
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "layers.0.moe.router", Map.of()).scope(router);
        var tokens = graph.input("tokens", TensorType.f32(7, 8));
        var weights = graph.input("weights", TensorType.f32(7, 5));
        var loss = router.score(scope, tokens).multiply(weights).sum();
        graph.output("loss", loss.reshape(Shape.of(1)));
        graph.output("gradient", Gradients.of(loss, List.of(tokens)).getFirst());
        var random = new SplittableRandom(5);
        var x = floats(random, 7 * 8);
        try (var program = engine.compile(graph, engine.variables())) {
            program.write("weights", floats(random, 7 * 5));
            program.write("tokens", x);
            program.run();
            var gradient = program.floats("gradient");
            for (int i = 0; i < x.length; i++) {
                float at = x[i];
                float step = 1e-2f;
                x[i] = at + step;
                program.write("tokens", x);
                program.run();
                float above = program.scalar("loss");
                x[i] = at - step;
                program.write("tokens", x);
                program.run();
                assertEquals("element " + i, (above - program.scalar("loss")) / (2 * step), gradient[i], 1e-2 * (1 + Math.abs(gradient[i])));
                x[i] = at;
            }
        }
    }

    private static float[] floats(SplittableRandom random, int count) {
        var floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextDouble(-1, 1);
        }
        return floats;
    }
}
