package patchbay.model;

import patchbay.tensor.Shape;

/**
 * Where the rows of a {@link patchbay.spi.Tier} lie among the variables. They belong to the reading of a text, not to the model; nothing in the graph
 * changes them.
 *
 * @param path of the attention that looks at them: {@code layers.3.attention}
 * @param tier its name there
 * @param shape of the keys, and of the values: [B, rows, G, head dim]
 * @param recent how many of the last tokens the attention's caches are to keep
 */
public record FarRows(String path, String tier, Shape shape, int recent) {

    /** What the names of their variables start with. */
    public static final String FAR = "far/";

    public String keys() {
        return name("keys");
    }

    public String values() {
        return name("values");
    }

    /** i32[1]: how many rows hold something. */
    public String used() {
        return name("used");
    }

    private String name(String what) {
        return FAR + path + "." + tier + "." + what;
    }
}
