package patchbay.data;

/**
 * Random bits as a pure function of a seed and counters, so that nothing has to be stored to continue or repeat a run.
 *
 * <p>Each counter is absorbed by one round of SplitMix64 (Steele, Lea, Flood 2014, with the finalizer "variant 13" of
 * Stafford): {@code h = mix(h + GOLDEN + counter · ODD)}, starting from {@code mix(seed)}. For fixed other counters each
 * round is a bijection of the counter, so two counters never give the same bits.
 */
public final class CounterRandom {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L; // 2^64 / golden ratio
    private static final long ODD = 0xd1342543de82ef95L; // spreads small counters over all bits

    private CounterRandom() {
    }

    public static long bits(long seed, long a) {
        return absorb(mix(seed), a);
    }

    public static long bits(long seed, long a, long b, long c) {
        return absorb(absorb(bits(seed, a), b), c);
    }

    /** Maps 64 random bits to [0, bound): the high half of their product; the bias is bound / 2^64. */
    public static long below(long bound, long bits) {
        return Math.unsignedMultiplyHigh(bits, bound);
    }

    /** Maps 64 random bits to [0, 1). */
    public static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    private static long absorb(long h, long counter) {
        return mix(h + GOLDEN + counter * ODD);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
