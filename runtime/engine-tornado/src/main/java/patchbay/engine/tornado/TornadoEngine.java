package patchbay.engine.tornado;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.fusion.FusedKernels;

/**
 * Runs graphs as TornadoVM's task graphs: the plain kernels, compiled for a device. TornadoVM is looked for when the engine
 * is first asked for something.
 *
 * <p>The environment's {@code TORNADOVM_HOME} is where its SDK lies. Properties of the framework or the system:
 * {@code patchbay.device}, a device's index ({@code 0:1}) or a part of its name (the first GPU, or else the first device of
 * all); {@code patchbay.tornado.wide}, which has any device run the forms for GPUs: so many elements of a long row are worth a thread;
 * {@code patchbay.tornado.compile-limit}, seconds after which a kernel that is still being compiled (45) is given up;
 * {@code patchbay.tornado.classes}, the folder on the class path in which kernels' class files are put.
 */
@Component(service = Engine.class, property = {"engine=tornado", "service.ranking:Integer=-1"}) // who asks for any engine gets the cpu's
public final class TornadoEngine implements Engine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TornadoEngine.class);

    /** Elements of a long row that are worth a thread of a GPU. */
    private static final int ELEMENTS = 64;
    /** For one kernel; a program of hundreds takes PoCL 20 s. */
    private static final Duration KERNEL_TIME = Duration.ofSeconds(45);
    private static final Duration COMPILE_TIME = Duration.ofSeconds(120);

    private final Function<String, Optional<String>> property;
    private final Optional<String> sdk;
    /** One program after the other is compiled, and nobody else waits for it: a run may be using this engine meanwhile. */
    private final Object compilation = new Object();
    private final FusedKernels fusion = new FusedKernels();
    private Optional<TornadoProgram.Host> host = Optional.empty();
    private String obstacle = "";

    @Activate
    public TornadoEngine(BundleContext context) {
        this(name -> Optional.ofNullable(context.getProperty(name)));
    }

    public TornadoEngine(Function<String, Optional<String>> property) {
        this(property, Optional.ofNullable(System.getenv("TORNADOVM_HOME")));
    }

    TornadoEngine(Function<String, Optional<String>> property, Optional<String> sdk) {
        this.property = property;
        this.sdk = sdk.filter(path -> !path.isBlank());
    }

    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public String description() {
        return host().map(on -> "tornado: " + on.device().backend() + " device " + on.device().index() + ", " + on.device().name() + " ("
                + on.device().kind() + ", " + (on.device().memory() >> 20) + " MiB)").orElseGet(() -> "tornado: " + obstacle);
    }

    @Override
    public boolean isAccelerated() {
        return host().isPresent() && host().get().device().isGpu();
    }

    @Override
    public List<String> devices() {
        return host().map(on -> on.tornado().devices().stream().map(device -> (device.index().equals(on.device().index()) ? "* " : "  ")
                + device.index() + "  " + device.name() + "  " + device.kind() + "  " + device.backend() + "  " + (device.memory() >> 20) + " MiB"
                + (device.index().equals(on.device().index()) ? ", " + (on.memory().used() >> 20) + " MiB of it in use" : "")).toList())
                .orElse(List.of());
    }

    /** Bytes of memory that the device has. */
    long memory() {
        return required().device().memory();
    }

    /** Drivers promise no bits, and another device has others. */
    @Override
    public boolean isRepeatable() {
        return false;
    }

    /** Every kernel by TornadoVM's compiler first and the device's own then. */
    @Override
    public Duration compileTime() {
        return COMPILE_TIME;
    }

    @Override
    public Variables variables() {
        return new TornadoVariables(required().memory());
    }

    @Override
    public Program compile(Graph graph, Variables variables) {
        var on = required();
        if (!(variables instanceof TornadoVariables here) || !here.areOn(on.memory())) {
            throw new IllegalArgumentException("these variables are kept by another engine");
        }
        on.watch().check();
        here.declare(graph);
        var compiler = new Compiler(graph, here.arrays(), fusion, on.forms()); // which may run a plugin's code
        synchronized (compilation) {
            return compiler.compile(here, on);
        }
    }

    /** Leaves no class files behind. */
    @Deactivate
    @Override
    public synchronized void close() {
        host.ifPresent(on -> on.classes().close());
    }

    private TornadoProgram.Host required() {
        return host().orElseThrow(() -> new UserError("engine tornado: " + obstacle));
    }

    private synchronized Optional<TornadoProgram.Host> host() {
        if (host.isEmpty() && obstacle.isEmpty()) {
            try {
                host = Optional.of(find());
                LOG.info(description());
            } catch (Unavailable | UserError reason) { // the latter of a device that is not there
                obstacle = reason.getMessage();
                LOG.debug("TornadoVM cannot be used", reason);
            }
        }
        return host;
    }

    private TornadoProgram.Host find() throws Unavailable {
        var home = Sdk.at(Path.of(sdk.orElseThrow(() -> new Unavailable("TORNADOVM_HOME is not set; it is the folder of TornadoVM's SDK")))).home();
        var tornado = new Tornado(ClassLoader.getSystemClassLoader());
        var device = Devices.choose(tornado.devices(), property.apply("patchbay.device").orElse(""));
        var classes = new KernelClasses(tornado, Path.of(property.apply("patchbay.tornado.classes")
                .orElseThrow(() -> new Unavailable("patchbay.tornado.classes is not set: it names a folder on the class path"))));
        var code = new GeneratedCode(home, Path.of(property.apply("patchbay.home").orElseGet(() -> System.getProperty("java.io.tmpdir")), ".patchbay", "refused"));
        return new TornadoProgram.Host(tornado, device, new DeviceMemory(tornado, device), classes, code,
                new Forms(shares(device), Contexts.in(ClassLoader.getSystemClassLoader(), device.backend())),
                new CompileWatch(property.apply("patchbay.tornado.compile-limit").map(text -> Duration.ofSeconds(number("patchbay.tornado.compile-limit", text)))
                        .orElse(KERNEL_TIME)));
    }

    private Optional<Shares> shares(Device device) {
        return property.apply("patchbay.tornado.wide").map(text -> number("patchbay.tornado.wide", text))
                .or(() -> device.isGpu() ? Optional.of(ELEMENTS) : Optional.empty()).map(Shares::new);
    }

    private static int number(String property, String text) {
        try {
            return Math.max(1, Integer.parseInt(text.strip()));
        } catch (NumberFormatException no) {
            throw new UserError(property + " is '" + text + "'; it is a whole number");
        }
    }
}
