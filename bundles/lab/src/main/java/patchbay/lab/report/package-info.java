/** The page that shows a run. */
@Export
@Version("0.1.0")
package patchbay.lab.report;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
