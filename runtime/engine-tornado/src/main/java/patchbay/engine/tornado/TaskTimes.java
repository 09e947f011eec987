package patchbay.engine.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Profile;

/** The times of a program's tasks on the device, added up over its runs. */
final class TaskTimes {

    private final List<Profile.Work> works = new ArrayList<>();
    private long runs;
    private long whole;

    void run(Runnable graphs) {
        long began = System.nanoTime();
        graphs.run();
        whole += System.nanoTime() - began;
        runs++;
    }

    void add(Step step, long nanoseconds) {
        works.add(new Profile.Work(step.kernel(), "device", 1, nanoseconds, 0, step.operations(), step.bytes()));
    }

    Profile profile() {
        return Profile.of(runs, whole, works, Map.of());
    }
}
