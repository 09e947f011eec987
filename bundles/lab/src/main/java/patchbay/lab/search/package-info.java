/** Searches: many arms of one experiment, each an experiment of its own, in a race for the lowest validation loss. */
@Export
@Version("0.1.0")
package patchbay.lab.search;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
