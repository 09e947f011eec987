package patchbay.engine.cpu;

import java.util.Optional;
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
import patchbay.tensor.reference.ArrayVariables;

/**
 * Runs graphs on the JVM: plain kernels and their Vector API twins over Java arrays, in a pool of threads of its own.
 *
 * <p>Properties of the framework or the system: {@code patchbay.threads}, how many compute (as many as there are
 * processors); {@code patchbay.vector}, {@code off} for the plain kernels alone or a width in bits, {@code 64} to
 * {@code 512}; all engines of a process have the same width.
 *
 * <p>A program binds the arrays of its variables when it is compiled; see {@link ArrayVariables}. Its results do not
 * depend on the number of threads. Weights that it leaves as they are it keeps as its products read them, for as long as an eighth of
 * the heap has room for them.
 */
@Component(service = Engine.class, property = "engine=cpu")
public final class CpuEngine implements Engine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CpuEngine.class);

    private final WorkerPool pool;
    private final Twins twins;
    private final boolean poison;
    private final Optional<FusedKernels> fusion;
    private final Keeping keeping = new Keeping(Runtime.getRuntime().maxMemory() / 8);

    @Activate
    public CpuEngine(BundleContext context) {
        this(threads(Optional.ofNullable(context.getProperty("patchbay.threads"))),
                Twins.of(Optional.ofNullable(context.getProperty("patchbay.vector")).orElse("")), false);
        LOG.info(description());
    }

    /** With the machine's vectors, if the JVM has them. */
    public CpuEngine(int threads) {
        this(threads, Twins.of(System.getProperty("patchbay.vector", "")), false);
    }

    /** With the plain kernels alone, whatever the machine has: what the others are measured against. */
    public static CpuEngine plain(int threads) {
        return new CpuEngine(threads, Twins.none(), false, false);
    }

    /** @param poison fills what is not in use with values that nothing should see: slow, for tests */
    CpuEngine(int threads, Twins twins, boolean poison) {
        this(threads, twins, poison, true);
    }

    /** @param fuse whether elementwise operations are joined into single kernels, which changes no bit */
    CpuEngine(int threads, Twins twins, boolean poison, boolean fuse) {
        this.pool = new WorkerPool(threads);
        this.twins = twins;
        this.poison = poison;
        this.fusion = fuse ? Optional.of(new FusedKernels()) : Optional.empty();
    }

    private static int threads(Optional<String> property) {
        int threads = Runtime.getRuntime().availableProcessors();
        if (property.isPresent()) {
            try {
                threads = Integer.parseInt(property.get());
            } catch (NumberFormatException notANumber) {
                threads = 0;
            }
        }
        if (threads < 1 || threads > 1024) {
            throw new UserError("patchbay.threads=" + property.orElse("") + ": it must be a number from 1 to 1024");
        }
        return threads;
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "cpu: " + pool.threads() + (pool.threads() == 1 ? " thread, " : " threads, ") + twins.description();
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
        return new Compiler(graph, arrays, twins, pool, poison, fusion, keeping).compile();
    }

    /** Ends the threads of the pool; programs that are still in use go on in their caller's thread. */
    @Deactivate
    @Override
    public void close() {
        pool.close();
    }
}
