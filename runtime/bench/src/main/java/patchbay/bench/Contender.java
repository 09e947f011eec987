package patchbay.bench;

import java.util.function.IntFunction;

/**
 * One of those that do a line's work in turns.
 *
 * @param work of one run, in what the line's unit counts: floating-point operations or bytes
 * @param prepare makes the task for a number of threads; called in the process that measures
 */
record Contender(String name, double work, IntFunction<Task> prepare) {

    /** The name of Patchbay's own. */
    static final String OURS = "patchbay";
}
