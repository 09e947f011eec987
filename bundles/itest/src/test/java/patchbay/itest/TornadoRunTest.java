package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.Test;
import org.junit.runner.RunWith;
import patchbay.lab.Replay;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.tensor.Engine;

/**
 * A run moves to TornadoVM, where a router with a kernel of its own is deployed, updated and removed under it. How many
 * updates is said by the system property {@code patchbay.updates}.
 */
@RunWith(WithTornado.class)
public class TornadoRunTest extends LiveRunTest {

    private static final int UPDATES = Integer.getInteger("patchbay.updates", 3);
    private static final int EXPERTS = 4;
    /** TornadoVM remembers the last kernel that it compiled, and the one that it is compiling. */
    private static final int REMEMBERED = 2;

    /** A router whose kernel sends every token to one expert first: which expert it is, is a constant in the kernel's code. */
    private static Sample favouring(int version) {
        return new Sample("sample.favouring", "1." + version + ".0", "FavouringRouter", """
                package sample.favouring;

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

                @Component
                @Plugin("favouring")
                public class FavouringRouter implements Router {

                    @Override
                    public Tensor score(Scope scope, Tensor tokens) {
                        return scope.graph().apply(new Favour(), scope.linear("weight", tokens, scope.experts()));
                    }

                    record Favour() implements Operation {

                        @Override
                        public String name() {
                            return "favour";
                        }

                        @Override
                        public List<TensorType> infer(List<TensorType> inputs) {
                            return inputs;
                        }

                        @Override
                        public List<Launch> launches(Node node) {
                            return List.of(Launch.of(Kernel.of(Kernels.class, "favour"), node.output(0).size()).input(0).output(0));
                        }

                        @Override
                        public void gradient(Node node, Gradient gradient) {
                            gradient.to(0, () -> gradient.of(0));
                        }
                    }

                    public static final class Kernels {

                        private Kernels() {}

                        public static void favour(int first, int count, float[] x, float[] y) {
                            for (@Parallel int i = 0; i < count; i++) {
                                int expert = (first + i) %% 4;
                                y[first + i] = 0.001f * x[first + i] + (expert == %d ? 1000f : 0f);
                            }
                        }
                    }
                }
                """.formatted(version % EXPERTS), "");
    }

    @Override
    protected List<Sample> samples() {
        return IntStream.rangeClosed(0, UPDATES).mapToObj(TornadoRunTest::favouring).toList();
    }

    @Override
    protected int limitSeconds() {
        return 600 + 60 * UPDATES;
    }

    private List<String> devices() {
        return service(Engine.class, "(engine=tornado)").devices();
    }

    private static long classes() {
        System.gc();
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }

    @Test
    public void theLossGoesOnThereAndTheReplayTellsWhichStepsAreBound() throws Exception {
        assertEquals("a processor is not taken by a detour", "cpu", lab.engine().name());
        var plain = ended(lab.start(experiment("training.steps=40")));
        var run = lab.start(experiment("training.steps=40", "swaps=[{step: 10, socket: engine, plugin: tornado}, {step: 30, socket: engine, plugin: cpu}]"));
        var moved = ended(run);
        assertEquals(plain.subList(0, 10), moved.subList(0, 10));
        for (int i = 10; i < 40; i++) {
            assertEquals("step " + (i + 1), plain.get(i), moved.get(i), 1e-3);
        }
        assertEquals("cpu", run.engine().name());
        var replay = Replay.begin(lab, run.folder(), new RunListener() {});
        ended(replay.run());
        var verdict = replay.verdict();
        assertTrue(verdict.toString(), verdict.repeated());
        assertEquals(verdict.toString(), 10, verdict.steps());
    }

    @Test
    public void aKernelIsDeployedUpdatedAndRemovedUnderTheRun() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        run.pause(); // or thousands of steps on this processor make way for nothing
        assertTrue(await(run.engine("tornado")) instanceof Event.Swapped);
        run.unpause();
        put(favouring(0), "favouring.jar");
        diary.arrived("favouring");
        assertTrue(swap(run, ROUTERS, "favouring") instanceof Event.Swapped);
        assertFavoured(run, 0);
        var loaders = new ArrayList<>(List.of(Watched.of(bundle("sample.favouring"))));
        var figures = new ArrayList<>(List.of("update  classes  device", "0  " + classes() + "  " + devices()));
        for (int version = 1; version <= UPDATES; version++) {
            put(favouring(version), "favouring.jar");
            diary.next(Event.Swapped.class, event -> event.cause().equals("bundle updated"));
            assertFavoured(run, version % EXPERTS);
            loaders.add(Watched.of(bundle("sample.favouring")));
            figures.add(version + "  " + classes() + "  " + devices());
        }
        assertTrue("it is profiled", await(run.profile(3)).kernels().stream().anyMatch(work -> work.kernel().equals("Kernels.favour")));
        remove("favouring.jar");
        diary.gone("favouring");
        assertTrue(swap(run, ROUTERS, "cosine") instanceof Event.Swapped);
        assertTrue(swap(run, ROUTERS, "top-k") instanceof Event.Swapped);
        figures.add("removed  " + classes() + "  " + devices());
        Files.write(home().resolve("figures.txt"), figures);
        assertEquals("tornado", run.engine().name());
        stopped(run);
        int alive = 0;
        for (var loader : loaders) {
            alive += loader.isCollected() ? 0 : 1;
        }
        assertTrue(alive + " of " + loaders.size() + " class loaders are alive", alive <= REMEMBERED);
    }

    /** The new code runs: every token of the last step was sent to this expert. */
    private static void assertFavoured(Run run, int expert) throws InterruptedException {
        steps(run, 2);
        for (var counts : run.last().orElseThrow().counts().values()) {
            assertEquals("expert " + expert + " of " + Arrays.toString(counts), 4 * 8, counts[expert], 0);
        }
    }
}
