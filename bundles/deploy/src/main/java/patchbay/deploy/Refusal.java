package patchbay.deploy;

/** Why a jar is not used. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    /** What could make the same bytes acceptable later. */
    enum Remedy { NONE, MORE_BYTES, OTHER_BUNDLES }

    private final Remedy remedy;

    Refusal(String reason, Remedy remedy) {
        super(reason);
        this.remedy = remedy;
    }

    Remedy remedy() {
        return remedy;
    }
}
