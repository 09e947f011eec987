/** Losses, optimizers, schedules, checkpoints. */
@Export
@Version("0.1.0")
package patchbay.training;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
