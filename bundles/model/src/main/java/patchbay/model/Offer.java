package patchbay.model;

import patchbay.spi.Part;

/** A plugin that is there to be fitted. */
public record Offer(Class<? extends Part> kind, String name, Part part, Provider provider) {

    /** The word for a kind of part: {@code router}. */
    public static String word(Class<? extends Part> kind) {
        return kind.getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }
}
