package patchbay.model;

/**
 * The bundle that a plugin came from.
 *
 * @param bundle symbolic name
 * @param version OSGi version
 * @param sha256 of the bundle's jar, in hexadecimal; empty outside of a framework
 */
public record Provider(String bundle, String version, String sha256) {

    /** A plugin that came from no bundle: one that stands on the class path. */
    public static final Provider CLASS_PATH = new Provider("(class path)", "0", "");

    /** {@code patchbay.router.cosine 0.1.0 (3f2a91c04d5e)}. */
    @Override
    public String toString() {
        return bundle + " " + version + (sha256.isEmpty() ? "" : " (" + sha256.substring(0, 12) + ")");
    }
}
