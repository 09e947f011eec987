package patchbay.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The step at which each parameter joined the model: 0 for those of the beginning. */
public final class Births {

    private final Map<String, Long> steps = new LinkedHashMap<>();
    private final long now;

    private Births(Map<String, Long> known, long now) {
        this.steps.putAll(known);
        this.now = now;
    }

    /** For a model that takes its place after {@code now} steps; parameters not in {@code known} are born then. */
    public static Births at(long now, Map<String, Long> known) {
        return new Births(known, now);
    }

    long of(String parameter) {
        return steps.computeIfAbsent(parameter, absent -> now);
    }

    /** By parameter, in an order that is the same in every run. */
    public Map<String, Long> steps() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(steps));
    }
}
