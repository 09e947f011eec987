package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import patchbay.tensor.Gradient;
import patchbay.tensor.Graph;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;

/** A kernel that a plugin brings, in one version after another: the new code runs, and nothing is left of the old. */
@NeedsTornado
class HotKernelTest {

    private static final int UPDATES = Integer.getInteger("tornado.updates", 20);
    /** In TornadoVM and the JDK, by what they keep of the first few compilations. */
    private static final int SETTLED = 5;

    /** Its own copy of {@link HotKernel}, as the bundle of a plugin has one. */
    private static final class Bundle extends ClassLoader {

        private final byte[] bytes;

        Bundle(float number) throws Exception {
            super(HotKernelTest.class.getClassLoader());
            var name = file(HotKernel.class.getName());
            try (var in = HotKernelTest.class.getClassLoader().getResourceAsStream(name)) {
                CodeTransform other = (code, element) -> {
                    if (element instanceof ConstantInstruction constant && constant.constantValue().equals(100f)) {
                        code.loadConstant(number);
                    } else {
                        code.with(element);
                    }
                };
                bytes = ClassFile.of().transformClass(ClassFile.of().parse(in.readAllBytes()), ClassTransform.transformingMethodBodies(other));
            }
        }

        private static String file(String name) {
            return name.replace('.', '/') + ".class";
        }

        Kernel kernel() {
            return Kernel.of(defineClass(HotKernel.class.getName(), bytes, 0, bytes.length), "plus");
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            return name.equals(file(HotKernel.class.getName())) ? new ByteArrayInputStream(bytes) : super.getResourceAsStream(name);
        }
    }

    private record Plus(Kernel kernel) implements Operation {
        @Override
        public String name() {
            return "plus";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return inputs;
        }

        @Override
        public List<Launch> launches(Node node) {
            return List.of(Launch.of(kernel, node.input(0).size()).input(0).output(0));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            gradient.stop();
        }
    }

    @Test
    void theNewestVersionRunsAndTheOldOnesGo() throws Exception {
        try (var engine = new TornadoEngine(name -> Optional.ofNullable(System.getProperty(name)))) {
            var variables = engine.variables();
            var bundles = new ArrayList<WeakReference<Bundle>>();
            var before = engine.devices();
            int settled = 0;
            for (int version = 1; version <= UPDATES; version++) {
                bundles.add(update(engine, variables, version));
                if (version == SETTLED) {
                    settled = classes();
                }
            }
            for (int i = 0; i < 20 && left(bundles) > 1; i++) {
                System.gc();
            }
            assertTrue(left(bundles) <= 1, () -> left(bundles) + " of " + UPDATES + " class loaders are left; TornadoVM remembers the last");
            assertEquals(before, engine.devices(), "memory in use");
            int more = classes() - settled;
            System.out.println(UPDATES + " updates: " + more + " classes more than after " + SETTLED + ", " + engine.devices().getFirst().strip());
            assertTrue(more < UPDATES / 4, () -> more + " classes more");
        }
    }

    private static int classes() {
        System.gc();
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }

    private static long left(List<WeakReference<Bundle>> bundles) {
        return bundles.stream().filter(bundle -> bundle.get() != null).count();
    }

    private static WeakReference<Bundle> update(TornadoEngine engine, Variables variables, int version) throws Exception {
        var bundle = new Bundle(version);
        var graph = new Graph();
        graph.output("y", graph.apply(new Plus(bundle.kernel()), graph.input("x", TensorType.f32(5))));
        try (var program = engine.compile(graph, variables)) {
            program.write("x", new float[] {0, 1, 2, 3, 4});
            program.run();
            assertArrayEquals(new float[] {version, version + 1, version + 2, version + 3, version + 4}, program.floats("y"), "version " + version);
            var compiled = program.plan().orElseThrow().launches().getFirst().compiled().orElseThrow();
            assertTrue(compiled.source().contains("HotKernel_plus"), compiled::source);
            assertEquals(List.of(5), compiled.grid());
        }
        return new WeakReference<>(bundle);
    }
}
