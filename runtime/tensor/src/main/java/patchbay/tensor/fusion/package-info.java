/** Elementwise operations joined into single kernels, whose classes are written as they are needed. */
@Export
@Version("0.1.0")
package patchbay.tensor.fusion;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
