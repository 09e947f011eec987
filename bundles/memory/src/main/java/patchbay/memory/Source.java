package patchbay.memory;

/**
 * What was read.
 *
 * @param from the position in the whole text where it begins
 */
record Source(long from, String name) {

    /** A line that {@link #parse} reads. */
    @Override
    public String toString() {
        return from + " " + name;
    }

    static Source parse(String line) {
        int space = line.indexOf(' ');
        return new Source(Long.parseLong(line.substring(0, space)), line.substring(space + 1));
    }
}
