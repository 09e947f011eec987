/** Weights that others have trained: named tensors of files in several formats, and which of them become which parameters of a model. */
@Export
@Version("0.1.0")
package patchbay.weights;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
