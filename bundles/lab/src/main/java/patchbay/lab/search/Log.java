package patchbay.lab.search;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What the entries of a search's log say of its arms. */
record Log(List<Entry> entries) {

    Log {
        entries = List.copyOf(entries);
    }

    Optional<Entry.Ended> end(Arm arm) {
        return entries.stream().filter(Entry.Ended.class::isInstance).map(Entry.Ended.class::cast)
                .filter(ended -> ended.arm().equals(arm.name())).findFirst();
    }

    boolean ended(Arm arm) {
        return end(arm).isPresent();
    }

    /** Whether it came to no good while it was trained. */
    boolean failed(Arm arm) {
        return end(arm).filter(end -> end.cause() == Entry.Cause.failed).isPresent();
    }

    Optional<Entry.Measured> at(Arm arm, long seed, int rung) {
        return all(arm).filter(measured -> measured.seed() == seed && measured.steps() == rung).findFirst();
    }

    /** The last rung that it came to with a seed. */
    Optional<Entry.Measured> last(Arm arm, long seed) {
        return all(arm).filter(measured -> measured.seed() == seed).reduce((_, later) -> later);
    }

    /** The seeds' at a rung, in the order in which they were measured. */
    List<Entry.Measured> at(Arm arm, int rung) {
        return all(arm).filter(measured -> measured.steps() == rung).toList();
    }

    /** The highest rung that it came to with any seed; 0 if it did not. */
    int reached(Arm arm) {
        return all(arm).mapToInt(Entry.Measured::steps).max().orElse(0);
    }

    double mean(Arm arm, int rung, ToDoubleFunction<Entry.Measured> value) {
        return at(arm, rung).stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private java.util.stream.Stream<Entry.Measured> all(Arm arm) {
        return entries.stream().filter(Entry.Measured.class::isInstance).map(Entry.Measured.class::cast)
                .filter(measured -> measured.arm().equals(arm.name()));
    }
}
