/** What attentions cost as the context grows. */
@Export
@Version("0.1.0")
package patchbay.lab.contexts;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
