/** What a run leaves behind: its folder, provenance, journal, metrics, load of the experts, and how two runs differ. */
@Export
@Version("0.1.0")
package patchbay.lab.record;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
