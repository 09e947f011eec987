package patchbay.lab.search;

import patchbay.lab.Run;

/** Is told how a search goes, on the thread that makes it. */
public interface SearchListener {

    /** Something that a person wants to know, in a line. */
    default void told(String line) {}

    /** A run of one of the arms has begun; returns when it has ended. */
    default void attend(Run run) throws InterruptedException {
        run.await();
    }
}
