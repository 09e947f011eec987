package patchbay.shell;

import java.nio.file.Path;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Experiment;
import patchbay.lab.ExperimentFolder;

/** {@code run}: an experiment from its file to its report. */
@Component(service = RunCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=run"})
public final class RunCommand {

    private static final Usage USAGE =
            Usage.options("run EXPERIMENT [key=value …] [--json] [--background]", 1, 1).flags("--json", "--background");

    private final Runs runs;
    private final Foreground foreground;
    private final ExperimentFolder experiments;

    @Activate
    public RunCommand(BundleContext context, @Reference Runs runs, @Reference Foreground foreground) {
        this(runs, foreground, experiments(context));
    }

    RunCommand(Runs runs, Foreground foreground, ExperimentFolder experiments) {
        this.runs = runs;
        this.foreground = foreground;
        this.experiments = experiments;
    }

    /** The folder {@code patchbay.experiments}, by default {@code cnf/experiments} of the project. */
    static ExperimentFolder experiments(BundleContext context) {
        return new ExperimentFolder(Optional.ofNullable(context.getProperty("patchbay.experiments")).map(Path::of)
                .orElseGet(() -> Path.of(Optional.ofNullable(context.getProperty("patchbay.home")).orElse("")).resolve("cnf/experiments")));
    }

    @Descriptor("runs an experiment: at the prompt in the background, in a batch until it has ended. "
            + "--json: the summary as one JSON object is the last line, progress goes to standard error")
    public void run(CommandSession session,
            @Descriptor("EXPERIMENT [key=value …] [--json] [--background]: a name from cnf/experiments or a file, then values over it, "
                    + "as in training.steps=100") String[] words) {
        var call = USAGE.parse(words);
        var overrides = call.options().entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
        var experiment = Experiment.read(experiments.find(call.word(0)), overrides);
        foreground.run(session, call.has("--background"), call.has("--json"), listener -> runs.lab().start(experiment, listener));
    }
}
