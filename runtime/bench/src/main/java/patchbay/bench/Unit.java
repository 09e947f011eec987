package patchbay.bench;

/** What a line is measured in. */
enum Unit {

    /** Billions of floating-point operations a second, of which the machine's peak is its fused multiply-adds. */
    GFLOPS("GFLOP/s", true),
    /** Billions of bytes a second, of which the machine's peak is its memory's triad. */
    GBS("GB/s", true),
    /** Milliseconds a run; its work is floating-point operations. */
    MILLISECONDS("ms", false);

    final String label;
    /** Whether the greater figure is the better one. */
    final boolean rate;

    Unit(String label, boolean rate) {
        this.label = label;
        this.rate = rate;
    }

    /** The figure of a run of {@code work} in {@code nanos}. */
    double of(double work, double nanos) {
        return rate ? work / nanos : nanos / 1e6;
    }

    /** The machine's limit for work of this kind. */
    Contender ceiling() {
        return this == GBS ? Ceiling.triad() : Ceiling.fma();
    }
}
