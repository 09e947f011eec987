package patchbay.deploy;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/** Knows the jar of every bundle by its content, keeps it, and brings back an old one. */
@ProviderType
public interface Provenance {

    /** What begins the location of a bundle that was brought back; such a bundle stands beside the present one, and replaces nothing. */
    String STORE_LOCATION = "store:";

    /**
     * Where this bundle's code comes from. The jar is in the store when this returns.
     *
     * @throws java.io.UncheckedIOException when the jar cannot be read or stored
     */
    Origin origin(Bundle bundle);

    /** The origins of all bundles of the framework, by symbolic name and version. */
    List<Origin> origins();

    /**
     * Installs a jar of the store and starts it, beside whatever version is there already, at the location
     * {@code store:<sha256>}. Asked for twice it is the same bundle, to be released twice.
     *
     * @throws IllegalArgumentException when the store has no such jar, or its bytes are not those of the hash
     * @throws IllegalStateException when the bundle does not resolve or start
     */
    Bundle installFromStore(String sha256);

    /** Uninstalls what {@link #installFromStore} brought back, and refreshes, so that its classes can go. */
    void release(Bundle bundle);
}
