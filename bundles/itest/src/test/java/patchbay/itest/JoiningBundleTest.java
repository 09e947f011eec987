package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;
import patchbay.lab.record.Event;

/** An expert joins an open model in training by its bundle alone, and leaves with it; others are not touched. */
public class JoiningBundleTest extends LiveRunTest {

    private static final String SOCKET = "layers.*.moe.experts.guest";
    private static final Sample GUEST = Sample.joining("sample.guest", "1.0.0", "guest", "return scope.linear(\"matrix\", rows, scope.dim());");
    private static final Sample UPDATED = Sample.joining("sample.guest", "1.1.0", "guest", "return scope.linear(\"matrix\", rows, scope.dim()).tanh();");

    @Override
    protected List<Sample> samples() {
        return List.of(GUEST, UPDATED);
    }

    @Test
    public void itJoinsWithItsBundleStaysOverAnUpdateAndLeavesWithIt() throws Exception {
        var diary = new Diary();
        var other = new Diary();
        var run = lab.start(experiment("model.joining=true"), diary);
        var closed = lab.start(experiment("training.steps=100000000"), other);
        steps(run, 20);

        put(GUEST, "guest.jar");
        var joined = diary.next(Event.Swapped.class);
        assertEquals("bundle installed", joined.cause());
        assertEquals(SOCKET, joined.socket());
        assertEquals("one in each layer", 2, joined.after().size());
        steps(run, 20);
        assertEquals(List.of("guest"), run.model().extras());
        var first = Watched.of(bundle("sample.guest"));

        put(UPDATED, "guest.jar");
        var updated = diary.next(Event.Swapped.class);
        assertEquals("bundle updated", updated.cause());
        assertTrue("what it has learnt stays", updated.transfer().carried().contains("layers.0.moe.experts.guest.matrix"));
        steps(run, 20);
        first.assertCollected();

        remove("guest.jar");
        var left = diary.next(Event.Swapped.class);
        assertEquals("bundle removed", left.cause());
        assertEquals(2, left.before().size());
        assertEquals(0, left.after().size());
        steps(run, 20);
        assertEquals(List.of(), run.model().extras());

        put(GUEST, "guest.jar");
        assertEquals("bundle installed", diary.next(Event.Swapped.class).cause());
        assertTrue(await(run.removeExpert("guest")) instanceof Event.Swapped);
        steps(run, 50);
        assertEquals("taken out by hand, it stays out", List.of(), run.model().extras());

        assertTrue("nobody joins a model that is not open", other.events(Event.Swapped.class).isEmpty());
        assertFalse(other.events(Event.PluginArrived.class).isEmpty());
        stopped(closed);
        assertEquals(stopped(run), repeated(run));
    }
}
