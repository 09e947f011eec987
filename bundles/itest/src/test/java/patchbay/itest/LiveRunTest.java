package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;

import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.After;
import org.junit.Before;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import patchbay.lab.Experiment;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.model.Plug;

/** A test of a run that trains a tiny model in the platform while plugins come and go in {@code load/}. */
public abstract class LiveRunTest extends PlatformTest {

    protected static final String ROUTERS = "layers.*.moe.router";
    /** How long is waited for one thing, on a machine that does much else. */
    private static final int SECONDS = 180;

    protected Lab lab;
    private final Set<String> loaded = new HashSet<>();

    /** What the test needs jars of. */
    protected abstract List<Sample> samples();

    @Override
    @Configuration
    public Option[] platform() throws IOException {
        var options = new ArrayList<>(Arrays.asList(super.platform()));
        Path project = Path.of(System.getProperty("patchbay.project")).toRealPath();
        Path jars = Files.createTempDirectory(project.resolve("bundles/itest/target"), "samples-");
        new Workshop(jars, project.resolve("cnf/target/export/patchbay")).make(samples());
        options.add(frameworkProperty("patchbay.samples").value(jars.toString()));
        options.add(frameworkProperty("patchbay.build-limit").value("5"));
        return options.toArray(Option[]::new);
    }

    @Before
    public void openLab() {
        lab = service(Lab.class);
    }

    @After
    public void clear() throws IOException {
        lab.runs().forEach(run -> run.stop("the test is over"));
        for (String file : loaded) {
            Files.deleteIfExists(load().resolve(file));
        }
    }

    protected final Path load() {
        return Path.of(context.getProperty("patchbay.load"));
    }

    /** The jar of a sample, as its author built it. */
    protected final Path jar(Sample sample) {
        return Path.of(context.getProperty("patchbay.samples")).resolve(sample.jar());
    }

    /** Copies a sample's jar to {@code load/}, in place of what is there under that name. */
    protected final void put(Sample sample, String file) throws IOException {
        loaded.add(file);
        Path beside = load().resolve(file + ".part");
        Files.copy(jar(sample), beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, load().resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    protected final void remove(String file) throws IOException {
        Files.delete(load().resolve(file));
    }

    protected static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** Two layers of four experts on a short text. */
    protected final Experiment experiment(String... overrides) throws IOException {
        Path text = home().resolve("text.txt");
        Files.writeString(text, "the quick brown fox jumps over the lazy dog and runs away. ".repeat(60));
        Path file = Files.writeString(home().resolve("tiny.yaml"), """
                name: tiny
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 2, dim: 16, heads: 2, context: 8, hidden: 16, experts: 4, k: 2}
                training: {steps: 1000000, batch: 4, warm-up: 5, evaluate-every: 0, checkpoint-every: 0}
                """.formatted(text));
        return Experiment.read(file, List.of(overrides));
    }

    /** Queues what happens in a run. */
    protected static final class Diary implements RunListener {

        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

        @Override
        public void happened(Run run, Event event) {
            events.add(event);
        }

        /** The next event of this kind; others before it are passed over. */
        <E extends Event> E next(Class<E> kind) throws InterruptedException {
            return next(kind, event -> true);
        }

        <E extends Event> E next(Class<E> kind, Predicate<E> wanted) throws InterruptedException {
            var passed = new ArrayList<Event>();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (true) {
                Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new AssertionError("no " + kind.getSimpleName() + " within " + SECONDS + " s, only " + passed);
                }
                if (kind.isInstance(event) && wanted.test(kind.cast(event))) {
                    return kind.cast(event);
                }
                passed.add(event);
            }
        }

        /** Those that came and were not asked for. */
        <E extends Event> List<E> events(Class<E> kind) {
            return events.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        Event.PluginArrived arrived(String plugin) throws InterruptedException {
            return next(Event.PluginArrived.class, event -> event.plugin().equals(plugin));
        }

        Event.PluginGone gone(String plugin) throws InterruptedException {
            return next(Event.PluginGone.class, event -> event.plugin().equals(plugin));
        }
    }

    /** Waits until the run has made this many more steps. */
    protected static void steps(Run run, long more) throws InterruptedException {
        var reached = new CompletableFuture<Void>();
        long goal = run.step() + more;
        RunListener listener = new RunListener() {
            @Override
            public void measured(Run measured, Measurement measurement) {
                if (measurement.step() >= goal) {
                    reached.complete(null);
                }
            }

            @Override
            public void ended(Run ended) {
                reached.completeExceptionally(new AssertionError("the run ended: " + ended.state()));
            }
        };
        run.listen(listener);
        await(reached);
        run.ignore(listener);
    }

    protected static <T> T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the run after the present step and checks that its record is without a gap. */
    protected static List<Float> stopped(Run run) throws InterruptedException {
        run.stop("the test has seen enough");
        return ended(run);
    }

    protected static List<Float> ended(Run run) throws InterruptedException {
        for (long before = -1; !run.await(SECONDS, TimeUnit.SECONDS); before = run.step()) {
            assertTrue("the run stands still at step " + run.step(), run.step() > before);
        }
        var measurements = Metrics.read(run.folder().metrics());
        assertEquals("every step once, in order", LongStream.rangeClosed(1, run.step()).boxed().toList(),
                measurements.stream().map(Measurement::step).toList());
        return measurements.stream().map(Measurement::loss).toList();
    }

    /** The losses of a run from the same record, up to the same step. */
    protected final List<Float> repeated(Run original) throws InterruptedException {
        return ended(lab.repeat(original.folder(), stoppingAt(original.step())));
    }

    protected static RunListener stoppingAt(long step) {
        return new RunListener() {
            @Override
            public void measured(Run run, Measurement measurement) {
                if (measurement.step() == step) {
                    run.stop("the other run ended here");
                }
            }
        };
    }

    protected final Event swap(Run run, String socket, String plugin) throws InterruptedException {
        return await(run.swap(socket, Plug.of(plugin)));
    }

    protected static Fitted fitted(Run run, String socket) {
        return run.wiring().stream().filter(fitted -> fitted.socket().equals(socket)).findFirst().orElseThrow();
    }

    protected final Bundle bundle(String symbolicName) {
        return bundles(symbolicName).getFirst();
    }

    protected final List<Bundle> bundles(String symbolicName) {
        return Arrays.stream(context.getBundles()).filter(bundle -> symbolicName.equals(bundle.getSymbolicName())).toList();
    }

    /** A class loader whose end is awaited. */
    protected record Watched(String name, ReferenceQueue<ClassLoader> queue, PhantomReference<ClassLoader> reference) {

        static Watched of(Bundle bundle) {
            var queue = new ReferenceQueue<ClassLoader>();
            return new Watched(bundle.getSymbolicName() + " " + bundle.getVersion(), queue,
                    new PhantomReference<>(bundle.adapt(BundleWiring.class).getClassLoader(), queue));
        }

        boolean isCollected() throws InterruptedException {
            Optional<Reference<? extends ClassLoader>> end = Optional.empty();
            for (int i = 0; i < 60 && end.isEmpty(); i++) {
                System.gc();
                end = Optional.ofNullable(queue.remove(250));
            }
            return end.isPresent();
        }

        void assertCollected() throws InterruptedException {
            assertTrue("the class loader of " + name + " is still alive", isCollected());
        }
    }
}
