/** Text as the models of the BERT family read it. */
@Export
@Version("0.1.0")
package patchbay.weights.wordpiece;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
