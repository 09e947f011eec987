package patchbay.engine.cpu;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The width that the vector kernels' constants get when they are made, which is when the first engine with vectors is. A
 * class of its own, because it needs no Vector API.
 */
public final class VectorWidth {

    private static final AtomicReference<String> CHOSEN = new AtomicReference<>("");

    private VectorWidth() {}

    /** @param bits {@code 64} to {@code 512}, or empty for the machine's own; without effect once the constants are there */
    static void choose(String bits) {
        CHOSEN.set(bits);
    }

    /** What was chosen last. */
    public static String chosen() {
        return CHOSEN.get();
    }
}
