/** Every operation as plain Java over primitive arrays: the meaning of the operation, and the twin of every faster form. */
@Export
@Version("0.1.0")
package patchbay.kernels;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
