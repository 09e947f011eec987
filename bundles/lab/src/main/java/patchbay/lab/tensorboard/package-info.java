/** Event files that TensorBoard reads. */
@Export
@Version("0.1.0")
package patchbay.lab.tensorboard;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
