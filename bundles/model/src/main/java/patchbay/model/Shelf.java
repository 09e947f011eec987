package patchbay.model;

import java.util.List;
import patchbay.spi.Part;
import patchbay.tensor.UserError;

/** The plugins that are there at this moment. */
public interface Shelf {

    /** Every plugin that can be asked for, by kind and name. */
    List<Offer> offers();

    /**
     * The plugin of that kind and name.
     *
     * @throws UserError if there is none, or if two bundles claim the name
     */
    default Offer offer(Class<? extends Part> kind, String name) {
        return offers().stream().filter(offer -> offer.kind() == kind && offer.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown(Offer.word(kind), name,
                        offers().stream().filter(offer -> offer.kind() == kind).map(Offer::name).toList()));
    }

    /** A shelf of plugins from the class path, each under its {@link patchbay.spi.Plugin} name. */
    static Shelf of(Part... parts) {
        var offers = java.util.Arrays.stream(parts).flatMap(part -> kinds(part).stream().map(kind ->
                new Offer(kind, part.getClass().getAnnotation(patchbay.spi.Plugin.class).value(), part, Provider.CLASS_PATH))).toList();
        return () -> offers;
    }

    private static List<Class<? extends Part>> kinds(Part part) {
        return Socket.KINDS.stream().<Class<? extends Part>>filter(kind -> kind.isInstance(part)).toList();
    }
}
