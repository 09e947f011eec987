package patchbay.lab.record;

import java.util.List;

/**
 * What became of the parameters at a swap, by name.
 *
 * @param untouched how many parameters of the other sockets went on as they were
 * @param carried those of the changed sockets that kept name and shape, and so their values and moments
 * @param reshaped those that changed shape and were carried over by the plugin's own rule
 * @param started new ones, at their first values
 * @param lost those that no plugin asks for any more; kept for a rollback
 */
public record Transfer(int untouched, List<String> carried, List<String> reshaped, List<String> started, List<String> lost) {

    public Transfer {
        carried = List.copyOf(carried);
        reshaped = List.copyOf(reshaped);
        started = List.copyOf(started);
        lost = List.copyOf(lost);
    }

    public static Transfer none() {
        return new Transfer(0, List.of(), List.of(), List.of(), List.of());
    }

    /** {@code 3 carried, 1 new, 2 lost}. */
    @Override
    public String toString() {
        return carried.size() + " carried" + (reshaped.isEmpty() ? "" : ", " + reshaped.size() + " reshaped")
                + ", " + started.size() + " new, " + lost.size() + " lost";
    }
}
