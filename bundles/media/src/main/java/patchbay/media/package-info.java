/** Pictures and sounds as the numbers that encoders take: read from files of the common formats, resized, resampled, as spectrograms. */
@Export
@Version("0.1.0")
package patchbay.media;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
