/** Data sets that are fetched when somebody wants them, and readers of each. */
@Export
@Version("0.1.0")
package patchbay.data.sets;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
