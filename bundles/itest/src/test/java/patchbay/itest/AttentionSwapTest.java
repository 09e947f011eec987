package patchbay.itest;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.Test;
import patchbay.data.EvaluationBatches;
import patchbay.lab.Run;
import patchbay.lab.record.Event;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.tensor.Variables;
import patchbay.training.Evaluation;

/** Attentions that name their projections alike take over from one another in a live run. */
public class AttentionSwapTest extends LiveRunTest {

    private static final String ATTENTIONS = "layers.*.attention";
    private static final List<String> PROJECTIONS = List.of("query", "key", "value", "output");
    private static final int BATCH = 4;

    @Override
    protected List<Sample> samples() {
        return List.of();
    }

    /** What the model was at one moment: its values, and what it made of the held-out text. */
    private record Moment(Variables values, double loss) {}

    private static EvaluationBatches batches(Run run) {
        return new EvaluationBatches(run.dataset().validation(), BATCH, run.model().context(), 100);
    }

    private static Moment moment(Run run) throws InterruptedException {
        return await(run.withModel(learner -> new Moment(learner.variables().copy(), learner.evaluate(batches(run)).loss())));
    }

    /** The loss of a model made from nothing but these parts, with values from elsewhere. */
    private double loss(Run run, Plug attention, Moment values) {
        var rack = Rack.fit(run.model(), run.experiment().sockets().with(ATTENTIONS, attention), lab.archive());
        return Evaluation.of(run.engine(), new Decoder(rack, run.dataset().tokenizer().vocabularySize()), values.values().fork(), BATCH, batches(run)).loss();
    }

    private static float[] values(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    /** @param costs whether another loss is to be expected from the same values */
    private void swap(Run run, Plug attention, boolean costs, int fresh) throws InterruptedException {
        var before = moment(run);
        var swapped = (Event.Swapped) await(run.swap(ATTENTIONS, attention));
        var after = moment(run);
        for (int layer = 0; layer < 2; layer++) {
            for (var projection : PROJECTIONS) {
                assertTrue(swapped.transfer().toString(), swapped.transfer().carried().contains("layers." + layer + ".attention." + projection));
            }
        }
        assertEquals(swapped.transfer().started().toString(), fresh, swapped.transfer().started().size());
        for (var name : before.values().names()) {
            if (after.values().contains(name) && before.values().type(name).dtype().isFloat() && !name.startsWith(Building.CACHE)) {
                assertArrayEquals(name, values(before.values(), name), values(after.values(), name), 0); // moments among them
            }
        }
        assertEquals("what the change itself costs, and nothing else", loss(run, attention, before), after.loss(), 0);
        if (costs) {
            assertNotEquals(before.loss(), after.loss(), 0);
        } else {
            assertEquals(before.loss(), after.loss(), 0);
        }
        assertTrue(before.loss() + " before, " + after.loss() + " after", Math.abs(after.loss() - before.loss()) < 0.5);
    }

    @Test
    public void fromFullToAWindowToDecayAndBack() throws Exception {
        var run = lab.start(experiment(), new Diary());
        for (var attention : List.of(new Plug("sliding-window", Map.of("window", 3)), Plug.of("decay"), Plug.of("full"))) {
            steps(run, 50);
            run.pause();
            swap(run, attention, true, attention.plugin().equals("decay") ? 2 : 0);
            run.unpause();
        }
        steps(run, 20);
        run.pause();
        swap(run, new Plug("sliding-window", Map.of("window", 8)), false, 0); // as long as the context: the same attention
        run.unpause();
        steps(run, 20);
        var losses = stopped(run);
        assertEquals(losses, repeated(run));
    }
}
