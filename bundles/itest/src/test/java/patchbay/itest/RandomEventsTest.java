package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.Test;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import patchbay.lab.Run;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.model.Plug;

/**
 * Bundles are installed, updated and removed, plugins swapped, swaps taken back and faulty ones tried under one live run, in an
 * order drawn from a seed. How many is said by the system property {@code patchbay.events}, the seed by {@code patchbay.seed}.
 */
public class RandomEventsTest extends LiveRunTest {

    private static final int EVENTS = Integer.getInteger("patchbay.events", 30);
    private static final long SEED = Long.getLong("patchbay.seed", 1);
    private static final List<String> BUNDLES = List.of("sample.one", "sample.two", "sample.three");
    private static final List<String> SOCKETS = List.of(ROUTERS, "layers.0.moe.router", "layers.1.moe.router");
    private static final int VERSIONS = 4;

    private final Random random = new Random(SEED);
    private final Diary diary = new Diary();
    /** What is in {@code load/}: each bundle's file with the sample that it is. */
    private final Map<String, Sample> present = new TreeMap<>();
    private final List<CompletableFuture<Event>> open = new ArrayList<>();
    private final Map<String, Integer> done = new TreeMap<>();

    @Override
    protected int limitSeconds() {
        return 120 + 6 * EVENTS;
    }

    private static String plugin(String bundle) {
        return bundle.substring(bundle.indexOf('.') + 1);
    }

    /** Versions that work, one more with the bytes of another day, and one that does not work. */
    private static List<Sample> versions(String bundle) {
        var versions = new ArrayList<Sample>();
        for (int i = 1; i <= VERSIONS; i++) {
            versions.add(Sample.scaled(bundle, "1." + i + ".0", plugin(bundle), i * 0.5f));
        }
        versions.add(versions.getLast().noting("again"));
        var faults = FaultySamples.ALL.stream().filter(fault -> !fault.attention() && !fault.name().equals("hanging")).toList();
        versions.add(faults.get(BUNDLES.indexOf(bundle)).as(bundle, "1.9.0", plugin(bundle)));
        return versions;
    }

    @Override
    protected List<Sample> samples() {
        var samples = new ArrayList<Sample>();
        BUNDLES.forEach(bundle -> samples.addAll(versions(bundle)));
        FaultySamples.ALL.forEach(fault -> samples.add(fault.sample()));
        return samples;
    }

    @Test
    public void noStepIsLostAReplayIsTheSameAndNothingOfARemovedBundleStays() throws Exception {
        var loaders = new ConcurrentLinkedQueue<Watched>();
        context.addBundleListener((SynchronousBundleListener) event -> {
            String name = event.getBundle().getSymbolicName();
            if (event.getType() == BundleEvent.STARTED && (name.startsWith("sample.") || name.startsWith("faulty."))) {
                loaders.add(Watched.of(event.getBundle()));
            }
        });
        var run = lab.start(experiment("training.checkpoint-every=500"), diary);
        steps(run, 50);
        for (int i = 0; i < EVENTS; i++) {
            something(run);
        }
        for (var outcome : open) {
            await(outcome);
        }
        swap(run, ROUTERS, "top-k");
        swap(run, "layers.*.attention", "full");
        for (String file : List.copyOf(present.keySet())) {
            remove(file);
            diary.gone(plugin(present.remove(file).bundle()));
        }
        steps(run, 50);
        var losses = stopped(run);
        assertEquals("a replay", losses, repeated(run));

        var alive = new TreeSet<String>();
        for (var loader : loaders) {
            if (!loader.isCollected()) {
                alive.add(loader.name());
            }
        }
        writeFigures(run, loaders.size());
        assertEquals("class loaders of removed bundles", new TreeSet<String>(), alive);
    }

    private void something(Run run) throws Exception {
        int die = random.nextInt(100);
        if (die < 20) {
            install();
        } else if (die < 40) {
            update();
        } else if (die < 50) {
            takeAway();
        } else if (die < 75) {
            swapSomething(run);
        } else if (die < 85) {
            did("rollback", Optional.of(run.rollback()));
        } else {
            faulty(run);
        }
    }

    /** Half of what is asked for is waited for; the next things happen while the others are under way. */
    private void did(String what, Optional<CompletableFuture<Event>> outcome) throws InterruptedException {
        done.merge(what, 1, Integer::sum);
        if (outcome.isPresent()) {
            open.add(outcome.get());
            if (random.nextBoolean()) {
                await(outcome.get());
            }
        }
    }

    private void install() throws Exception {
        var absent = BUNDLES.stream().filter(bundle -> !present.containsKey(bundle + ".jar")).toList();
        if (absent.isEmpty()) {
            update();
            return;
        }
        place(absent.get(random.nextInt(absent.size())));
        did("install", Optional.empty());
    }

    private void update() throws Exception {
        var bundles = BUNDLES.stream().filter(bundle -> present.containsKey(bundle + ".jar")).toList();
        if (bundles.isEmpty()) {
            install();
            return;
        }
        place(bundles.get(random.nextInt(bundles.size())));
        did("update", Optional.empty());
    }

    private void place(String bundle) throws Exception {
        var others = versions(bundle).stream().filter(sample -> !sample.equals(present.get(bundle + ".jar"))).toList();
        var sample = others.get(random.nextInt(others.size()));
        put(sample, bundle + ".jar");
        present.put(bundle + ".jar", sample);
        var hash = sha256(jar(sample));
        diary.next(Event.PluginArrived.class, event -> event.provider().sha256().equals(hash));
    }

    private void takeAway() throws Exception {
        if (present.isEmpty()) {
            install();
            return;
        }
        var file = List.copyOf(present.keySet()).get(random.nextInt(present.size()));
        remove(file);
        diary.gone(plugin(present.remove(file).bundle()));
        did("remove", Optional.empty());
    }

    private void swapSomething(Run run) throws InterruptedException {
        var plugins = new ArrayList<>(List.of("top-k", "cosine"));
        present.values().forEach(sample -> plugins.add(plugin(sample.bundle())));
        var plug = Plug.of(plugins.get(random.nextInt(plugins.size())));
        did("swap", Optional.of(run.swap(SOCKETS.get(random.nextInt(SOCKETS.size())), plug)));
    }

    private void faulty(Run run) throws Exception {
        var fault = FaultySamples.ALL.get(random.nextInt(FaultySamples.ALL.size()));
        put(fault.sample(), fault.file());
        diary.arrived(fault.name());
        var outcome = run.swap(fault.socket(), Plug.of(fault.name()));
        done.merge("faulty " + fault.name(), 1, Integer::sum);
        assertTrue(await(outcome).toString(), await(outcome) instanceof Event.Refused);
        remove(fault.file());
        diary.gone(fault.name());
    }

    private void writeFigures(Run run, int loaders) throws IOException {
        var history = Journal.read(run.folder().journal());
        var pauses = new ArrayList<Double>();
        history.all(Event.Swapped.class).forEach(event -> pauses.add(event.pauseMillis()));
        history.all(Event.RolledBack.class).forEach(event -> pauses.add(event.pauseMillis()));
        var steps = Metrics.read(run.folder().metrics()).stream().map(Measurement::milliseconds).toList();
        var refused = new TreeMap<String, Integer>();
        history.all(Event.Refused.class).forEach(event -> refused.merge(event.cause() + ": " + event.reason().replaceAll("\\(.*", ""), 1, Integer::sum));
        var figures = new StringBuilder();
        figures.append("seed ").append(SEED).append(", events ").append(done).append('\n');
        figures.append("steps ").append(run.step()).append(", class loaders ").append(loaders).append('\n');
        figures.append("step ms: ").append(spread(steps)).append('\n');
        figures.append("pause ms of ").append(pauses.size()).append(" changes: ").append(spread(pauses)).append('\n');
        var causes = new TreeMap<String, Integer>();
        history.all(Event.Swapped.class).forEach(event -> causes.merge(event.cause(), 1, Integer::sum));
        figures.append("swapped ").append(causes).append(", rolled back ").append(history.all(Event.RolledBack.class).size()).append('\n');
        refused.forEach((reason, count) -> figures.append(count).append(" refused ").append(reason).append('\n'));
        Files.writeString(home().resolve("figures.txt"), figures);
    }

    private static String spread(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return "median %.2f, 99 %% %.2f, max %.2f".formatted(sorted.get(sorted.size() / 2), sorted.get(sorted.size() * 99 / 100), sorted.getLast());
    }
}
