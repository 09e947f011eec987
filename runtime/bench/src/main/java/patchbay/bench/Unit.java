package patchbay.bench;

/** What a line is measured in. */
enum Unit {

    /** Billions of floating-point operations a second, of which the machine's peak is its fused multiply-adds. */
    GFLOPS("GFLOP/s", true),
    /** Billions of bytes a second, of which the machine's peak is its memory's triad. */
    GBS("GB/s", true),
    /** Tokens a second; their work is bytes that must be read, of which the machine's peak is its memory when it is only read. */
    TOKENS("tokens/s", true),
    /** Milliseconds a run; its work is floating-point operations. */
    MILLISECONDS("ms", false);

    final String label;
    /** Whether the greater figure is the better one. */
    final boolean rate;

    Unit(String label, boolean rate) {
        this.label = label;
        this.rate = rate;
    }

    /** The figure of a run of {@code work} and {@code tokens} in {@code nanos}. */
    double of(double work, int tokens, double nanos) {
        return switch (this) {
            case GFLOPS, GBS -> work / nanos;
            case TOKENS -> tokens * 1e9 / nanos;
            case MILLISECONDS -> nanos / 1e6;
        };
    }

    /** The nanoseconds of a run with that figure. */
    double nanos(double work, int tokens, double figure) {
        return switch (this) {
            case GFLOPS, GBS -> work / figure;
            case TOKENS -> tokens * 1e9 / figure;
            case MILLISECONDS -> figure * 1e6;
        };
    }

    /** The machine's limit for work of this kind. */
    Contender ceiling() {
        return switch (this) {
            case GFLOPS, MILLISECONDS -> Ceiling.fma();
            case GBS -> Ceiling.triad();
            case TOKENS -> Ceiling.reading();
        };
    }
}
