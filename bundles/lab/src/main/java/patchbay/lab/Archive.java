package patchbay.lab;

import java.util.List;
import patchbay.lab.record.Fitted;
import patchbay.model.Offer;
import patchbay.model.Shelf;
import patchbay.spi.Part;
import patchbay.tensor.UserError;

/** A shelf that also finds the plugins of other days, by the hash of their bundle. */
public interface Archive extends Shelf {

    /**
     * The very plugin that {@code fitted} names: from the bundle with that hash, brought back beside the present one if
     * need be.
     *
     * @throws patchbay.tensor.UserError if that bundle is not kept
     */
    Offer find(Fitted fitted);

    /** Whether a bundle of that symbolic name is there, be it one that is being updated at this moment. */
    default boolean isInstalled(String bundle) {
        return offers().stream().anyMatch(offer -> offer.provider().bundle().equals(bundle));
    }

    /** Calls {@code listener} after plugins came or went, or a bundle is gone, on any thread, until it is closed. */
    AutoCloseable onChange(Runnable listener);

    /** Two bundles that claim one name, told as one line each. */
    default List<String> conflicts() {
        return List.of();
    }

    /** Plugins of the class path, which are always the same. */
    static Archive of(Part... parts) {
        var shelf = Shelf.of(parts);
        return new Archive() {

            @Override
            public List<Offer> offers() {
                return shelf.offers();
            }

            @Override
            public Offer find(Fitted fitted) {
                return offers().stream()
                        .filter(offer -> offer.name().equals(fitted.plugin()) && Offer.word(offer.kind()).equals(fitted.kind()))
                        .findFirst().orElseThrow(() -> UserError.unknown(fitted.kind(), fitted.plugin(),
                                offers().stream().map(Offer::name).toList()));
            }

            @Override
            public AutoCloseable onChange(Runnable listener) {
                return () -> {};
            }
        };
    }
}
