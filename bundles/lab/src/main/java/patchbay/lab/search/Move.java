package patchbay.lab.search;

/** What a search does next. */
sealed interface Move {

    /** Train an arm with one seed up to a rung. */
    record Train(Arm arm, long seed, int steps) implements Move {}

    /** Write down that an arm goes no further. */
    record End(Entry.Ended entry) implements Move {}

    /** All is done. */
    record Finish() implements Move {}
}
