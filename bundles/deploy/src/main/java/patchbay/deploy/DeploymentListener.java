package patchbay.deploy;

import org.osgi.annotation.versioning.ConsumerType;

/** A service that is told what became of the files of {@code load/}, in order, on the thread that watches the folder. */
@ConsumerType
@FunctionalInterface
public interface DeploymentListener {

    void deployment(DeploymentEvent event);
}
