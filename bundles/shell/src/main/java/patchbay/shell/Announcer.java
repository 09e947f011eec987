package patchbay.shell;

import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.LineReader;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunState;

/** Tells at the prompt, above the line that is being typed, what a run in the background does. */
record Announcer(LineReader reader) implements RunListener {

    private static final String READER = ".reader"; // how the console's sessions keep theirs

    /** Empty for a session without a prompt. */
    static Optional<Announcer> of(CommandSession session) {
        return session.get(READER) instanceof LineReader reader ? Optional.of(new Announcer(reader)) : Optional.empty();
    }

    @Override
    public void happened(Run run, Event event) {
        switch (event) {
            case Event.Swapped swapped when !swapped.cause().equals("command") -> tell(run, event); // the command tells its own
            case Event.Refused refused when !refused.cause().equals("command") -> tell(run, event);
            case Event.RolledBack back when !back.cause().equals("command") -> tell(run, event);
            case Event.CheckpointFailed failed -> tell(run, event);
            case Event.Warning warning -> tell(run, event);
            default -> { }
        }
    }

    private void tell(Run run, Event event) {
        EventText.of(event).ifPresent(text -> reader.printAbove(run.id() + ", " + text));
    }

    @Override
    public void ended(Run run) {
        if (run.state() == RunState.stopped) {
            return; // somebody wanted so, and was told
        }
        var summary = run.folder().summary();
        reader.printAbove("%s %s after %d steps: loss %s, validation loss %s%s".formatted(run.id(), run.state(), run.step(),
                Numbers.loss(summary.loss()), Numbers.loss(summary.validationLoss()),
                run.state() == RunState.failed ? "; " + summary.problem() : ""));
    }
}
