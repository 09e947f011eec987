package patchbay.weights;

import org.opentest4j.TestAbortedException;

/** Artifacts that are too large to be fetched for a test: used where they are there already. */
final class Cached {

    private Cached() {}

    /**
     * Skips the test, in one line, where there is none.
     *
     * @param within as in {@link Artifact#open}
     */
    static Artifact open(String coordinates, String within) {
        if (Artifact.cached(coordinates).isEmpty()) {
            var skipped = "skipped: " + coordinates + " is not cached; mvn dependency:get -Dtransitive=false -Dartifact=" + coordinates + " fetches it";
            System.out.println(skipped);
            throw new TestAbortedException(skipped);
        }
        return Artifact.open(coordinates + within);
    }
}
