package patchbay.lab;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import patchbay.lab.record.Measurement;

/** A step of training in a recording of the JVM, from the batch to the updated parameters. */
@Name("patchbay.Step")
@Label("Step")
@Category("Patchbay")
@Description("A step of training")
@StackTrace(false)
final class StepEvent extends Event {

    @Label("Run")
    private String run;
    @Label("Step")
    private long step;
    @Label("Loss")
    @Description("In nats a token")
    private float loss;
    @Label("Tokens per Second")
    private double tokensPerSecond;

    void end(String of, Measurement measured) {
        end();
        if (shouldCommit()) {
            run = of;
            step = measured.step();
            loss = measured.loss();
            tokensPerSecond = measured.tokensPerSecond();
            commit();
        }
    }
}
