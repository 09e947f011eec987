package patchbay.shell;

import java.util.Locale;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunState;

/** The prompt: {@code patchbay quickstart 120/400 2.31> } while a run is alive; {@code !2} before the end if two alarms of its load ring. */
@Component(service = Supplier.class, property = "patchbay.prompt=true")
public final class Prompt implements Supplier<String> {

    private final Lab lab;

    @Activate
    public Prompt(@Reference Lab lab) {
        this.lab = lab;
    }

    @Override
    public String get() {
        return "patchbay" + lab.current().map(Prompt::of).orElse("") + "> ";
    }

    private static String of(Run run) {
        var state = run.isPaused() && run.alive() ? RunState.paused : run.state();
        return " " + run.experiment().name() + " " + run.step() + "/" + run.experiment().training().steps()
                + run.last().map(Measurement::loss).map(loss -> String.format(Locale.ROOT, " %.2f", loss)).orElse("")
                + (run.alarms() > 0 && run.alive() ? " !" + run.alarms() : "")
                + (state == RunState.running || state == RunState.created ? "" : " " + state);
    }
}
