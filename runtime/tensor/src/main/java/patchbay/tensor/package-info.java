/** Shapes, tensors, graphs, operations with their gradients, and the contract of the engines that run them. */
@Export
@Version("0.1.0")
package patchbay.tensor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
