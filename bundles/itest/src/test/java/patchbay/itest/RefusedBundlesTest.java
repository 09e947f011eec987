package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import patchbay.lab.record.Event;

/** Bundles that do not work are refused with the reason, and the run goes on as if nothing had happened. */
public class RefusedBundlesTest extends LiveRunTest {

    private static final Sample GOOD = Sample.scaled("sample.router", "1.0.0", "sample", 1);
    private static final Sample BAD_UPDATE = FaultySamples.byName().get("throwing").as("sample.router", "1.1.0", "sample");

    @Override
    protected List<Sample> samples() {
        var samples = new ArrayList<>(List.of(GOOD, BAD_UPDATE));
        FaultySamples.ALL.forEach(fault -> samples.add(fault.sample()));
        return samples;
    }

    @Test
    public void eachIsRefusedWithItsReasonAndTheRunDoesNotFeelIt() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        for (var fault : FaultySamples.ALL) {
            put(fault.sample(), fault.file());
            var provider = diary.arrived(fault.name()).provider();
            assertEquals(sha256(jar(fault.sample())), provider.sha256());
            long before = run.step();
            var refused = (Event.Refused) swap(run, fault.socket(), fault.name());
            assertTrue(fault.name() + ": " + refused.reason(), refused.reason().contains(fault.reason()));
            assertEquals(List.of(provider), refused.providers());
            assertTrue("the run does not wait for what hangs", !fault.name().equals("hanging") || run.step() > before + 10);
        }
        var losses = stopped(run);
        assertEquals(losses, ended(lab.start(experiment(), stoppingAt(run.step()))));
    }

    @Test
    public void anUpdateThatDoesNotWorkIsRefusedAndTheRunKeepsWhatItHas() throws Exception {
        put(GOOD, "sample.jar");
        var waiting = new Diary();
        var waiter = lab.start(experiment(), waiting);
        if (lab.archive().offers().stream().noneMatch(offer -> offer.name().equals("sample"))) {
            waiting.arrived("sample");
        }
        stopped(waiter);
        var diary = new Diary();
        var run = lab.start(experiment("sockets={layers.*.moe.router: sample}"), diary);
        steps(run, 20);
        put(BAD_UPDATE, "sample.jar");
        var refused = diary.next(Event.Refused.class);
        assertEquals("bundle updated", refused.cause());
        assertTrue(refused.reason(), refused.reason().contains("out of order"));
        assertEquals("1.1.0", refused.providers().getFirst().version());
        steps(run, 20);
        assertEquals("1.0.0", fitted(run, "layers.0.moe.router").provider().version());
        var losses = stopped(run);
        assertEquals(losses, repeated(run));
        assertTrue("once is enough", diary.events(Event.Refused.class).isEmpty());
    }
}
