/** Experiments, runs, the journal, comparison, replay. */
@Export
@Version("0.1.0")
package patchbay.lab;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
