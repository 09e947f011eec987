package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.osgi.framework.BundleEvent;
import patchbay.lab.record.Event;
import patchbay.model.Provider;

/** A plugin from outside in a live run: it comes, is used, is replaced twice, goes, and is let go. */
public class HotSwapTest extends LiveRunTest {

    private static final Sample FIRST = Sample.scaled("sample.router", "1.0.0", "sample", 1);
    private static final Sample SECOND = Sample.scaled("sample.router", "1.1.0", "sample", 2);
    private static final Sample OTHER_BYTES = SECOND.noting("again");

    @Override
    protected List<Sample> samples() {
        return List.of(FIRST, SECOND, OTHER_BYTES);
    }

    private Provider provider(Sample sample) throws Exception {
        return new Provider(sample.bundle(), sample.version(), sha256(jar(sample)));
    }

    @Test
    public void aPluginComesIsUpdatedAndGoesUnderARunThatUsesIt() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        steps(run, 20);

        put(FIRST, "sample.jar");
        assertEquals(provider(FIRST), diary.arrived("sample").provider());
        var swapped = (Event.Swapped) swap(run, ROUTERS, "sample");
        assertEquals(2, swapped.after().size());
        assertEquals(provider(FIRST), swapped.after().getFirst().provider());
        steps(run, 20);
        var first = Watched.of(bundle("sample.router"));

        put(SECOND, "sample.jar");
        var updated = diary.next(Event.Swapped.class, event -> event.cause().equals("bundle updated"));
        assertEquals(provider(FIRST), updated.before().getFirst().provider());
        assertEquals(provider(SECOND), updated.after().getFirst().provider());
        assertTrue("values carry over", updated.transfer().carried().contains("layers.0.moe.router.weight"));
        steps(run, 20);
        first.assertCollected();
        var second = Watched.of(bundle("sample.router"));

        put(OTHER_BYTES, "sample.jar");
        updated = diary.next(Event.Swapped.class, event -> event.cause().equals("bundle updated"));
        assertEquals(provider(OTHER_BYTES), updated.after().getFirst().provider());
        assertNotEquals(provider(SECOND), provider(OTHER_BYTES));
        second.assertCollected();
        var third = Watched.of(bundle("sample.router"));

        remove("sample.jar");
        assertEquals(provider(OTHER_BYTES), diary.gone("sample").provider());
        steps(run, 20);
        assertEquals("sample", fitted(run, "layers.1.moe.router").plugin());
        assertTrue(swap(run, ROUTERS, "top-k") instanceof Event.Swapped);
        third.assertCollected();

        var losses = stopped(run);
        assertEquals("a replay finds all three in the store", losses, repeated(run));
    }

    @Test
    public void aReplayUsesTheVersionOfThatDayBesideTheNewOne() throws Exception {
        put(FIRST, "sample.jar");
        var diary = new Diary();
        var watcher = lab.start(experiment(), diary);
        if (lab.archive().offers().stream().noneMatch(offer -> offer.name().equals("sample"))) {
            diary.arrived("sample");
        }
        var original = lab.start(experiment("training.steps=60", "sockets={layers.*.moe.router: sample}"));
        var losses = ended(original);
        put(SECOND, "sample.jar");
        assertEquals(provider(SECOND), diary.arrived("sample").provider());
        stopped(watcher);

        var gone = new LinkedBlockingQueue<String>();
        context.addBundleListener(event -> {
            if (event.getType() == BundleEvent.UNINSTALLED) {
                gone.add(event.getBundle().getLocation());
            }
        });
        var repetition = lab.repeat(original.folder(), new Diary());
        assertEquals(List.of("1.0.0", "1.1.0"),
                bundles("sample.router").stream().map(bundle -> bundle.getVersion().toString()).sorted().toList());
        assertEquals(losses, ended(repetition));
        assertEquals(provider(FIRST), fitted(repetition, "layers.0.moe.router").provider());
        assertNotEquals(losses, ended(lab.start(experiment("training.steps=60", "sockets={layers.*.moe.router: sample}"))));

        String location = null;
        for (int i = 0; i < 60 && location == null; i++) {
            System.gc();
            location = gone.poll(250, TimeUnit.MILLISECONDS);
        }
        assertEquals("the old version goes again", "store:" + provider(FIRST).sha256(), location);
    }
}
