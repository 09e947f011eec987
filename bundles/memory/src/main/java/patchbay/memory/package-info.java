/** Reading of texts of any length: what is recent, what mattered, and an index on disk of all the rest. */
@Export
@Version("0.1.0")
package patchbay.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
