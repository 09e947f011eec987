package patchbay.lab;

import java.time.Duration;
import java.util.Optional;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunFolder;
import patchbay.training.Learner;

/**
 * What a run begins with.
 *
 * @param step steps done already
 * @param engines that it can be moved to
 * @param beginning the journal's entry: {@link Event.Started} or {@link Event.Resumed}
 * @param inherited what it took over from another run
 * @param script the swaps that are known beforehand
 * @param hotDeployment whether it takes up bundles that are updated while it runs
 */
record RunStart(RunFolder folder, Experiment experiment, RunData data, Archive archive, Engines engines,
        Duration buildLimit, Learner learner, long step, Event beginning, Optional<Event.Inherited> inherited, Script script, boolean hotDeployment) {}
