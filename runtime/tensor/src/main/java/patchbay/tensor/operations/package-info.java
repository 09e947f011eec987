/** The operations behind the methods of {@link patchbay.tensor.Tensor}: types, launches, gradients. */
@Export
@Version("0.1.0")
package patchbay.tensor.operations;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
