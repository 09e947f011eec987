/** What an engine over arrays decides before it runs anything: which nodes are computed when, and where every tensor lies. */
@Export
@Version("0.1.0")
package patchbay.tensor.schedule;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
