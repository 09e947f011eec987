package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.Graph;
import patchbay.tensor.Gradients;
import patchbay.tensor.Initializer;
import patchbay.tensor.Kernel;
import patchbay.tensor.KernelError;
import patchbay.tensor.Program;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.fusion.FusedKernels;
import patchbay.tensor.reference.ReferenceEngine;

/** Without TornadoVM: what the engine asks of it, and what it says where it is not. */
class TornadoTest {

    @TempDir
    private Path folder;

    private static Graph step() {
        var graph = new Graph(5);
        var x = graph.input("x", TensorType.f32(7, 4));
        var w = graph.parameter("w", Shape.of(4, 3), Initializer.normal(0.3f));
        var loss = x.matmul(w).silu().multiply(2).add(1).square().mean();
        graph.output("loss", loss);
        graph.update(w, w.subtract(Gradients.of(loss, List.of(w)).getFirst().multiply(0.1f)));
        return graph;
    }

    private static final float[] X = new float[28];

    static {
        for (int i = 0; i < X.length; i++) {
            X[i] = (float) Math.sin(i);
        }
    }

    private TornadoProgram.Host host(StandIn standIn) throws Unavailable {
        var tornado = new Tornado(standIn);
        var device = tornado.devices().getFirst();
        return new TornadoProgram.Host(tornado, device, new DeviceMemory(tornado, device), new KernelClasses(tornado, folder),
                new GeneratedCode(folder, folder.resolve("refused")), new Forms(Optional.of(new Shares(2)), Optional.empty()), new CompileWatch(Duration.ofMillis(200)));
    }

    private static Program compile(TornadoProgram.Host host, Graph graph, Variables variables) {
        var here = (TornadoVariables) variables;
        here.declare(graph);
        return new Compiler(graph, here.arrays(), new FusedKernels(), host.forms()).compile(here, host);
    }

    @Test
    void devicesAreRead() throws Exception {
        var device = new Tornado(new StandIn("")).devices().getFirst();
        assertEquals("0:0 stand-in GPU OPENCL 16777216", device.index() + " " + device.name() + " " + device.kind() + " " + device.backend() + " "
                + device.memory());
        assertTrue(device.isGpu());
    }

    @Test
    void stepsGiveTheReferencesValues() throws Exception {
        var standIn = new StandIn("");
        var host = host(standIn);
        var variables = new TornadoVariables(host.memory());
        var reference = new ReferenceEngine();
        var plain = reference.variables();
        try (var program = compile(host, step(), variables); var expected = reference.compile(step(), plain)) {
            program.write("x", X);
            expected.write("x", X);
            for (int i = 0; i < 3; i++) {
                program.run();
                expected.run();
                assertEquals(expected.scalar("loss"), program.scalar("loss"));
            }
        }
        var w = new float[12];
        var wanted = new float[12];
        variables.read("w", w);
        plain.read("w", wanted);
        assertArrayEquals(wanted, w);
    }

    /** Copied is what was written since the last run, and what is read. */
    @Test
    void aRunCopiesNothingThatStays() throws Exception {
        var standIn = new StandIn("");
        var host = host(standIn);
        var variables = new TornadoVariables(host.memory());
        try (var program = compile(host, step(), variables)) {
            program.write("x", X);
            program.run();
            long in = host.memory().copiedIn();
            assertEquals(4 * (28 + 12), in - constants(in), "the input and the variable");
            program.run();
            assertEquals(in, host.memory().copiedIn());
            assertEquals(0, host.memory().copiedOut());
            program.scalar("loss");
            assertEquals(4, host.memory().copiedOut());
            program.scalar("loss");
            assertEquals(4, host.memory().copiedOut(), "it was there already");
            program.write("x", X);
            program.run();
            assertEquals(in + 4 * 28, host.memory().copiedIn());
        }
        variables.remove("w");
    }

    private static long constants(long all) {
        return all - 4 * (28 + 12);
    }

    @Test
    void graphsAreBuiltInTheOrderThatTornadoVmWants() throws Exception {
        var standIn = new StandIn("");
        var host = host(standIn);
        try (var program = compile(host, step(), new TornadoVariables(host.memory()))) {
            program.run();
        }
        var calls = standIn.calls();
        var order = List.of("TornadoTaskGraph.new", "TornadoTaskGraph.setDevice", "TornadoTaskGraph.transferToDevice", "TornadoTaskGraph.addInner",
                "DeviceBufferState.setXPUBuffer", "TornadoTaskGraph.withPreCompilation", "XPUBuffer.write", "TornadoTaskGraph.execute",
                "TornadoTaskGraph.waitOn", "TornadoDeviceContext.reset", "TornadoDeviceContext.setResetToFalse");
        var places = order.stream().map(calls::indexOf).toList();
        assertTrue(places.stream().allMatch(place -> place >= 0) && IntStream.range(1, places.size()).allMatch(i -> places.get(i - 1) < places.get(i)),
                () -> order + " at " + places);
    }

    /** Each launch with the task that it became; the copy of a variable that is renewed is none. */
    @Test
    void aPlanTellsTasksGridsAndCode() throws Exception {
        var graph = step();
        graph.output("before", graph.variables().get("w"));
        var host = host(new StandIn(""));
        try (var program = compile(host, graph, new TornadoVariables(host.memory()))) {
            var launches = program.plan().orElseThrow().launches();
            assertEquals(program.launches() - 1, launches.size(), "one of them copies");
            var compiled = launches.stream().map(launch -> launch.compiled().orElseThrow()).toList();
            assertTrue(compiled.getFirst().task().matches("p\\d+g0\\.t1"), () -> compiled.getFirst().task());
            assertEquals(List.of(28), compiled.getFirst().grid());
            assertEquals("__kernel", compiled.getFirst().source());
        }
    }

    /** Softmax of short rows first, so that the room grows; two arrays of room for the greatest; an order in as many passes as runs double. */
    @Test
    void launchesOfSeveralPassesHaveRoomForWhatTheyKeep() throws Exception {
        var graph = new Graph(3);
        var x = graph.parameter("x", Shape.of(3, 300), Initializer.normal(1));
        graph.output("short", x.slice(1, 0, 20).softmax());
        graph.output("long", x.softmax());
        graph.output("greatest", x.max(1));
        graph.output("where", x.argmax(1));
        graph.output("order", x.argsort(false));
        var host = host(new StandIn(""));
        var reference = new ReferenceEngine();
        try (var program = compile(host, graph, new TornadoVariables(host.memory())); var expected = reference.compile(graph, reference.variables())) {
            program.run();
            program.run();
            expected.run();
            for (var name : List.of("short", "long", "greatest")) {
                assertArrayEquals(expected.floats(name), program.floats(name), 1e-6f, name);
            }
            assertArrayEquals(expected.ints("where"), program.ints("where"));
            assertArrayEquals(expected.ints("order"), program.ints("order"));
            var launches = program.plan().orElseThrow().launches();
            assertEquals(program.launches(), launches.size());
            assertEquals(4, launches.stream().filter(launch -> launch.kernel().equals("Softmax.softmax")).count());
            assertEquals(4, launches.stream().filter(launch -> launch.kernel().equals("Sorting.argsort")).count(), "blocks of 64, then runs of 64, 128 and 256");
            assertTrue(program.memory() >= 4 * 2 * 3 * 150, "the room counts");
        }
    }

    @Test
    void twoProgramsShareTheirVariables() throws Exception {
        var host = host(new StandIn(""));
        var variables = new TornadoVariables(host.memory());
        try (var first = compile(host, step(), variables); var second = compile(host, step(), variables)) {
            first.write("x", X);
            second.write("x", X);
            first.run();
            float before = first.scalar("loss");
            second.run();
            assertTrue(second.scalar("loss") < before, "it goes on where the other one was");
            long in = host.memory().copiedIn();
            first.run();
            assertEquals(in, host.memory().copiedIn());
        }
    }

    @Test
    void aClosedProgramLeavesNothing() throws Exception {
        var host = host(new StandIn(""));
        var variables = new TornadoVariables(host.memory());
        for (int i = 0; i < 3; i++) {
            compile(host, step(), variables).close();
            assertEquals(4 * 12, host.memory().used(), "the variable's bytes");
            assertEquals(0, host.classes().size());
        }
        try (var files = Files.walk(folder)) {
            assertEquals(List.of(), files.filter(file -> file.toString().contains("_")).toList());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheSizes() throws Exception {
        var host = host(new StandIn(""));
        var graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32(3000, 1000)).exp().sum(1));
        var error = assertThrows(UserError.class, () -> compile(host, graph, new TornadoVariables(host.memory())));
        assertTrue(error.getMessage().contains("needs 23 MiB") && error.getMessage().contains("16 MiB"), error.getMessage());
        var large = new Graph();
        large.output("y", large.input("x", TensorType.f32(5000, 1000)).sum(1));
        assertTrue(assertThrows(UserError.class, () -> compile(host, large, new TornadoVariables(host.memory()))).getMessage().contains("too large for device"));
        assertEquals(0, host.memory().used());
    }

    @Test
    void manyTasksAreCutIntoFewGraphs() throws Exception {
        var standIn = new StandIn("");
        var host = host(standIn);
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(5));
        for (int i = 0; i < 300; i++) {
            x = x.sin();
        }
        graph.output("y", x);
        try (var program = compile(host, graph, new TornadoVariables(host.memory()))) {
            assertEquals(300, program.launches());
            assertTrue(((TornadoProgram) program).graphs() <= 3, () -> ((TornadoProgram) program).graphs() + " graphs");
            program.write("x", new float[] {1, 2, 3, 4, 5});
            program.run();
            assertTrue(Math.abs(program.floats("y")[0]) < 0.2f);
        }
    }

    /** 8,192 bytes, of which a task takes 15 and each argument 5, TornadoVM's context among them. */
    @Test
    void theContextOfAKernelCountsWhereGraphsAreCut() {
        var kernel = Kernel.of(Copies.class, "floats").method();
        var arguments = IntStream.range(0, 20).boxed().toList();
        var plain = IntStream.range(0, 100).mapToObj(i -> new Task("t" + i, kernel, arguments)).toList();
        var grouped = IntStream.range(0, 100).mapToObj(i -> new Task("t" + i, kernel, arguments, Optional.of(new Task.Groups(1, 128)))).toList();
        assertEquals(List.of(71, 29), Cut.of(plain).stream().map(List::size).toList());
        assertEquals(List.of(68, 32), Cut.of(grouped).stream().map(List::size).toList());
    }

    /** TornadoVM tells arrays apart by their hash codes. */
    @Test
    void arraysOfOneHashCodeAreNotInOneGraph() throws Exception {
        var byHash = new HashMap<Integer, float[]>();
        var a = new float[1];
        for (; byHash.putIfAbsent(System.identityHashCode(a), a) == null; a = new float[1]) { } // some 50,000 arrays
        var b = byHash.get(System.identityHashCode(a));
        var kernel = Kernel.of(Copies.class, "floats").method();
        var other = new float[1];
        assertEquals(List.of(1, 2), Cut.of(List.of(new Task("t0", kernel, List.of(0, 1, a, other)), new Task("t1", kernel, List.of(0, 1, b, other)),
                new Task("t2", kernel, List.of(0, 1, b, other)))).stream().map(List::size).toList());
    }

    /** What ran goes on, and what comes later is refused before anybody waits. */
    @Test
    void aKernelThatTheCompilerNeverComesBackFromIsNamed() throws Exception {
        var standIn = new StandIn("");
        var host = host(standIn);
        var variables = new TornadoVariables(host.memory());
        try (var running = compile(host, step(), variables)) {
            running.write("x", X);
            running.run();
            float loss = running.scalar("loss");
            var graph = new Graph();
            graph.output("y", graph.input("x", TensorType.f32(7)).sin());
            standIn.hangIn("TornadoTaskGraph.withPreCompilation");
            var error = assertThrows(KernelError.class, () -> compile(host, graph, new TornadoVariables(host.memory())));
            assertTrue(error.getMessage().contains("has not come back from sin, kernel Functions.sin for"), error.getMessage());
            assertEquals(error.getMessage(), assertThrows(KernelError.class, () -> compile(host, step(), new TornadoVariables(host.memory()))).getMessage());
            running.run();
            assertTrue(running.scalar("loss") < loss, "it goes on");
        } finally {
            standIn.release();
        }
    }

    @Test
    void codeThatIsRefusedIsKept() throws Exception {
        var code = new GeneratedCode(folder, folder.resolve("kept"));
        var logs = Files.createDirectories(folder.resolve("var/opencl-logs/device-0-0"));
        Files.writeString(logs.resolve("p7g0.t1-Copies_floats.cl"), "__kernel void Copies_floats");
        Files.writeString(logs.resolve("p7g0.t1-Copies_floats.log"), "error: /tmp/x.cl:36:16: use of undeclared identifier 'y'\nDevice failed");
        var steps = IntStream.range(0, 2).mapToObj(i -> Step.copy(new Task("t" + i, Kernel.of(Copies.class, "floats").method(), List.of()), 4)).toList();
        var error = code.refused(steps, List.of("p7g0.t0", "p7g0.t1"), new IllegalStateException(
                "Unable to compile p7g0.t1 - copy\nThe internal error is: Error during code compilation with the OpenCL driver\nStacktrace: []"));
        assertEquals("engine tornado: TornadoVM cannot compile copy, kernel copy: The internal error is: Error during code compilation with the OpenCL "
                + "driver: 36:16: use of undeclared identifier 'y'; the generated code is in " + folder.resolve("kept/copy.cl"), error.getMessage());
        assertEquals("__kernel void Copies_floats", Files.readString(error.source().orElseThrow()));
        assertTrue(code.refused(steps, List.of("p8g0.t0", "p8g0.t1"), new IllegalStateException("out of order")).getMessage().contains("one of the kernels [copy]"));
    }

    @Test
    void conditionsThatLoseTheirMeaningAreRefused() {
        var code = new GeneratedCode(folder, folder.resolve("kept"));
        var step = Step.copy(new Task("t0", Kernel.of(Copies.class, "floats").method(), List.of()), 4);
        code.check(step, "b_4 = sh_1 >= 0 && sh_1 < 15 || i_2 == 3;");
        var error = assertThrows(KernelError.class, () -> code.check(step, "b_12 = isgreaterequal(f_9, 2.0F) || isless(1.0F, f_9) && isless(f_9, -1.0F);"));
        assertTrue(error.getMessage().contains("mixes && with ||") && Files.exists(error.source().orElseThrow()), error.getMessage());
    }

    @Test
    void anUnknownTornadoVmIsNamed() {
        var error = assertThrows(Unavailable.class, () -> new Tornado(new StandIn("addInner")));
        assertTrue(error.getMessage().contains("not the one that the engine knows") && error.getMessage().contains("addInner"), error.getMessage());
        assertTrue(assertThrows(Unavailable.class, () -> new Tornado(new ClassLoader(null) {})).getMessage().contains("without TornadoVM's modules"));
    }

    @Test
    void theSdksVersionIsRead() throws Exception {
        assertTrue(assertThrows(Unavailable.class, () -> Sdk.at(folder)).getMessage().contains("no TornadoVM SDK there"));
        Files.createDirectories(folder.resolve("etc"));
        Files.writeString(folder.resolve("etc/tornado.release"), "version=4.1.0-jdk21\n");
        assertTrue(assertThrows(Unavailable.class, () -> Sdk.at(folder)).getMessage().contains("4.1.0-jdk21 is not one that this engine knows"));
        Files.writeString(folder.resolve("etc/tornado.release"), "version=5.2.1-jdk25\n");
        assertEquals("5.2.1-jdk25", Sdk.at(folder).version());
    }

    @Test
    void withoutAnSdkTheEngineSaysSo() {
        var engine = new TornadoEngine(_ -> Optional.empty(), Optional.empty());
        assertEquals("tornado: TORNADOVM_HOME is not set; it is the folder of TornadoVM's SDK", engine.description());
        assertEquals(List.of(), engine.devices());
        assertTrue(assertThrows(UserError.class, engine::variables).getMessage().startsWith("engine tornado: TORNADOVM_HOME is not set"));
        engine.close();
    }

    @Test
    void theDeviceIsTheFirstGpuOrTheOneThatIsNamed() throws Exception {
        var cpu = new Device("0:0", "Some CPU", "CPU", "OPENCL", 1, 1, "");
        var gpu = new Device("0:1", "Great Card 90", "GPU", "OPENCL", 1, 1, "");
        var devices = List.of(cpu, gpu);
        assertEquals(gpu, Devices.choose(devices, ""));
        assertEquals(cpu, Devices.choose(List.of(cpu), ""));
        assertEquals(cpu, Devices.choose(devices, "0:0"));
        assertEquals(gpu, Devices.choose(devices, "great card"));
        assertTrue(assertThrows(UserError.class, () -> Devices.choose(devices, "0:7")).getMessage().contains("0:1 Great Card 90"));
        assertThrows(Unavailable.class, () -> Devices.choose(List.of(), ""));
    }
}
