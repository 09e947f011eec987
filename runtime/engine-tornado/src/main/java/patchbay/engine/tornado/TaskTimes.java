package patchbay.engine.tornado;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Profile;

/**
 * Where the time of a program's runs goes. TornadoVM waits for each task whose time it takes, and so slows the run down: the
 * tasks are timed in every second run, and the whole is the time of the others, which run as ever.
 */
final class TaskTimes {

    private final Map<String, Profile.Work> kernels = new LinkedHashMap<>();
    private final Map<String, Long> places = new LinkedHashMap<>();
    /** Runs of either kind, and their nanoseconds. */
    private long timed;
    private long timedWhole;
    private long free;
    private long freeWhole;

    /** Whether TornadoVM is to take the times of tasks in the next run. */
    boolean taskTimesNext() {
        return timed <= free;
    }

    /** A run has ended that took {@code nanoseconds}, {@code copying} of them for {@code bytes} on their way to the device. */
    void ran(long nanoseconds, long copying, long bytes) {
        if (taskTimesNext()) {
            timed++;
            timedWhole += nanoseconds;
            add("copy to the device", 1, copying, 0, bytes);
        } else {
            free++;
            freeWhole += nanoseconds;
        }
    }

    /** Of a run whose tasks are timed. */
    void add(Step step, long nanoseconds) {
        add(step.kernel(), 1, nanoseconds, step.operations(), step.bytes());
        places.merge(step.place(), nanoseconds, Long::sum);
    }

    private void add(String kernel, long launches, long nanoseconds, long operations, long bytes) {
        kernels.merge(kernel, new Profile.Work(kernel, "device", launches, nanoseconds, 0, operations, bytes), Profile.Work::plus);
    }

    /** Of the runs whose tasks were timed; the whole is what as many others took. */
    Profile profile() {
        return Profile.of(timed, free == 0 ? timedWhole : freeWhole * timed / free, List.copyOf(kernels.values()), places);
    }
}
