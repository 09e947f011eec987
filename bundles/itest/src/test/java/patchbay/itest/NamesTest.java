package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import patchbay.deploy.DeploymentEvent;
import patchbay.deploy.DeploymentListener;
import patchbay.lab.Plugins;
import patchbay.lab.record.Event;
import patchbay.model.Offer;

/** Which plugins are offered, by whom, and who keeps a name that several bundles claim. */
public class NamesTest extends LiveRunTest {

    private static final Sample ONE = Sample.scaled("sample.one", "1.0.0", "contested", 1);
    private static final Sample ONE_UPDATED = Sample.scaled("sample.one", "1.1.0", "contested", 2);
    private static final Sample ONE_BESIDE = Sample.scaled("sample.one", "2.0.0", "contested", 3);
    private static final Sample OTHER = Sample.scaled("sample.other", "5.0.0", "contested", 4);

    private final LinkedBlockingQueue<DeploymentEvent> deployed = new LinkedBlockingQueue<>();

    @Override
    protected List<Sample> samples() {
        return List.of(ONE, ONE_UPDATED, ONE_BESIDE, OTHER);
    }

    private <E extends DeploymentEvent> E deployed(Class<E> kind) throws InterruptedException {
        var event = deployed.poll(30, TimeUnit.SECONDS);
        assertTrue("expected " + kind.getSimpleName() + ", got " + event, kind.isInstance(event));
        return kind.cast(event);
    }

    private String holder() {
        return lab.archive().offers().stream().filter(offer -> offer.name().equals("contested"))
                .map(offer -> offer.provider().bundle() + " " + offer.provider().version()).findFirst().orElse("nobody");
    }

    @Test
    public void everyPluginIsOfferedWithItsBundleVersionAndHash() throws Exception {
        var offers = lab.archive().offers();
        var names = new TreeSet<String>();
        offers.forEach(offer -> names.add(Offer.word(offer.kind()) + " " + offer.name()));
        assertTrue(names.toString(), names.containsAll(List.of("attention full", "balancer auxiliary-loss", "balancer loss-free",
                "expert swiglu", "position learned", "position rope", "router cosine", "router top-k")));
        for (var offer : offers) {
            var bundle = Arrays.stream(context.getBundles())
                    .filter(each -> each.getSymbolicName().equals(offer.provider().bundle())).findFirst().orElseThrow();
            assertEquals(bundle.getVersion().toString(), offer.provider().version());
            var stored = home().resolve("store").resolve(offer.provider().sha256() + ".jar");
            assertEquals(offer.provider().sha256(), sha256(stored));
        }
    }

    @Test
    public void theFirstBundleKeepsANameAndItsNewerVersionsHaveIt() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        put(ONE, "one.jar");
        diary.arrived("contested");
        assertTrue(swap(run, ROUTERS, "contested") instanceof Event.Swapped);
        context.registerService(DeploymentListener.class, deployed::add, null);

        put(OTHER, "other.jar");
        deployed(DeploymentEvent.Installed.class);
        assertEquals("sample.one 1.0.0", holder());
        var conflict = service(Plugins.class).conflicts().getFirst();
        assertTrue(conflict, conflict.startsWith("router contested is claimed by two bundles, sample.one 1.0.0 ("));
        assertTrue(conflict, conflict.contains(" and sample.other 5.0.0 ("));

        put(ONE_UPDATED, "one.jar");
        assertEquals("1.1.0", diary.next(Event.Swapped.class, swap -> swap.cause().equals("bundle updated")).after().getFirst().provider().version());
        assertEquals("sample.one 1.1.0", holder());

        deployed.clear();
        put(ONE_BESIDE, "one-too.jar");
        assertEquals("2.0.0", diary.next(Event.Swapped.class, swap -> swap.cause().equals("bundle updated")).after().getFirst().provider().version());
        assertEquals("sample.one 2.0.0", holder());
        remove("one.jar");
        assertEquals("the older one", "1.1.0", removed().before().version());
        assertEquals("sample.one 2.0.0", holder());

        remove("one-too.jar");
        removed();
        assertEquals("sample.other 5.0.0", holder());
        diary.gone("contested");
        steps(run, 20);
        assertEquals("who has the name now does not slip into the run", "sample.one", fitted(run, "layers.0.moe.router").provider().bundle());
        assertTrue(swap(run, ROUTERS, "contested") instanceof Event.Swapped);
        assertEquals("sample.other", fitted(run, "layers.0.moe.router").provider().bundle());
        assertEquals(stopped(run), repeated(run));
    }

    private DeploymentEvent.Removed removed() throws InterruptedException {
        while (true) {
            var event = deployed.poll(30, TimeUnit.SECONDS);
            assertTrue("nothing was removed", event != null);
            if (event instanceof DeploymentEvent.Removed removed) {
                return removed;
            }
        }
    }

    @Test
    public void halfCopiedAndForeignJarsDisturbNobody() throws Exception {
        var run = lab.start(experiment());
        context.registerService(DeploymentListener.class, deployed::add, null);
        put(ONE, "whole.jar");
        deployed(DeploymentEvent.Installed.class);
        remove("whole.jar");
        deployed(DeploymentEvent.Removed.class);

        var bytes = Files.readAllBytes(jar(ONE));
        var half = load().resolve("half.jar");
        Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
        var refused = deployed(DeploymentEvent.Refused.class);
        assertEquals("half.jar", refused.file());
        assertTrue(refused.reason(), refused.reason().contains("no complete jar"));
        Files.write(half, Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length), StandardOpenOption.APPEND);
        assertEquals("half.jar", deployed(DeploymentEvent.Installed.class).file());
        assertEquals("sample.one 1.0.0", holder());
        remove("half.jar");
        deployed(DeploymentEvent.Removed.class);

        var foreign = load().resolve("foreign.jar");
        Files.writeString(foreign, "this is no jar");
        assertEquals("foreign.jar", deployed(DeploymentEvent.Refused.class).file());
        Files.delete(foreign);
        steps(run, 20);
        var losses = stopped(run);
        assertEquals(losses, ended(lab.start(experiment(), stoppingAt(run.step()))));
    }
}
