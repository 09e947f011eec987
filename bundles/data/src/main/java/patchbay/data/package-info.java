/** Where text comes from, how it becomes tokens, and how tokens become batches. */
@Export
@Version("0.1.0")
package patchbay.data;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
