/** Checkpoints: complete or not there, verified by hash, written while training goes on. */
@Export
@Version("0.1.0")
package patchbay.training.checkpoint;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
