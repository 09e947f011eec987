package patchbay.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a program's runs went, all runs together.
 *
 * @param runs how many
 * @param nanoseconds that they took, in which lie those of the kernels
 * @param kernels the most expensive first
 * @param places nanoseconds by the place of the graph that launches are for ({@link Graph#at}), the most expensive first; "" for what has none
 */
public record Profile(long runs, long nanoseconds, List<Work> kernels, Map<String, Long> places) {

    /**
     * The launches of one kernel.
     *
     * @param kernel {@code MatMul.matmul}
     * @param form which form of it ran: {@code vector}, {@code plain}, or what an engine calls it
     * @param launches how many
     * @param nanoseconds that they took, on the thread that runs the program
     * @param waiting those of them for which that thread had nothing left to do and waited for the others
     * @param operations scalar operations, as far as operations say what a launch takes; 0 if they do not
     * @param bytes of the arrays that were handed to it, each counted once a launch
     */
    public record Work(String kernel, String form, long launches, long nanoseconds, long waiting, long operations, long bytes) {

        /** Thousand million operations a second. */
        public double gigaflops() {
            return nanoseconds == 0 ? 0 : (double) operations / nanoseconds;
        }

        /** Thousand million bytes a second; above what memory gives where arrays lie in a cache. */
        public double gigabytes() {
            return nanoseconds == 0 ? 0 : (double) bytes / nanoseconds;
        }

        /** This and {@code other} as one, under this one's name. */
        public Work plus(Work other) {
            return new Work(kernel, form, launches + other.launches, nanoseconds + other.nanoseconds, waiting + other.waiting,
                    operations + other.operations, bytes + other.bytes);
        }
    }

    public Profile {
        kernels = kernels.stream().sorted(Comparator.comparingLong(Work::nanoseconds).reversed()).toList();
        var sorted = new LinkedHashMap<String, Long>();
        places.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(place -> sorted.put(place.getKey(), place.getValue()));
        places = Collections.unmodifiableMap(sorted);
    }

    /** @param launches one entry for each, or several of a kind already added up */
    public static Profile of(long runs, long nanoseconds, List<Work> launches, Map<String, Long> places) {
        var grouped = new LinkedHashMap<List<String>, Work>();
        launches.forEach(work -> grouped.merge(List.of(work.kernel, work.form), work, Work::plus));
        return new Profile(runs, nanoseconds, List.copyOf(grouped.values()), places);
    }

    /** All kernels as one. */
    public Work total() {
        return kernels.stream().reduce(new Work("all", "", 0, 0, 0, 0, 0), Work::plus);
    }

    /** The profile of two programs that run in turns, such as a step's forward and update; {@code runs} are those of the latter. */
    public Profile plus(Profile other) {
        var both = new ArrayList<>(kernels);
        both.addAll(other.kernels);
        var everywhere = new LinkedHashMap<>(places);
        other.places.forEach((place, time) -> everywhere.merge(place, time, Long::sum));
        return of(other.runs, nanoseconds + other.nanoseconds, both, everywhere);
    }
}
