/** The plain engine that gives a graph its meaning, and what engines over Java arrays share. */
@Export
@Version("0.1.0")
package patchbay.tensor.reference;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
