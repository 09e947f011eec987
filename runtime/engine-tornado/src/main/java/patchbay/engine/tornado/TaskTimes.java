package patchbay.engine.tornado;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Profile;

/** The times of a program's tasks on the device, added up over its runs. */
final class TaskTimes {

    private final Map<String, Profile.Work> kernels = new LinkedHashMap<>();
    private final Map<String, Long> places = new LinkedHashMap<>();
    private long runs;
    private long whole;

    void run(Runnable graphs) {
        long began = System.nanoTime();
        graphs.run();
        whole += System.nanoTime() - began;
        runs++;
    }

    void add(Step step, long nanoseconds) {
        var work = new Profile.Work(step.kernel(), "device", 1, nanoseconds, 0, step.operations(), step.bytes());
        kernels.merge(step.kernel(), work, Profile.Work::plus);
        places.merge(step.place(), nanoseconds, Long::sum);
    }

    Profile profile() {
        return Profile.of(runs, whole, List.copyOf(kernels.values()), places);
    }
}
