/** Models: sockets, the plugins fitted to them, and the graph of a decoder that is assembled from both. */
@Export
@Version("0.1.0")
package patchbay.model;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
