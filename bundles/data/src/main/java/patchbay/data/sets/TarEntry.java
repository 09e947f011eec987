package patchbay.data.sets;

import java.io.InputStream;

/**
 * A file or a folder in a tar archive.
 *
 * @param name with slashes, as the archive has it, without {@code ./} before it
 * @param contents of {@code size} bytes, to be read before the next entry is asked for; what is left is passed over
 */
record TarEntry(String name, Kind kind, long size, InputStream contents) {

    enum Kind {
        FILE,
        FOLDER,
        /** A link, a device: nothing that belongs into a data set. */
        OTHER
    }
}
