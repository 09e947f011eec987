/** Tensors in files: the safetensors format, read with distrust and written so that a crash leaves the old file or the new. */
@Export
@Version("0.1.0")
package patchbay.weights.safetensors;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
