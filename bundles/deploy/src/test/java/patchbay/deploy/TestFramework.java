package patchbay.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/** Felix with hot deployment of the folder {@code load} below a temporary folder, and what it told. */
final class TestFramework implements AutoCloseable {

    static final long SECONDS = 15;

    final Path load;
    final FrameworkProvenance provenance;
    private final Framework framework;
    private final BlockingQueue<DeploymentEvent> events = new LinkedBlockingQueue<>();
    private HotDeployment deployment;

    TestFramework(Path folder) throws BundleException, IOException {
        load = Files.createDirectories(folder.resolve("load"));
        framework = new FrameworkFactory().newFramework(Map.of(
                "org.osgi.framework.storage", folder.resolve("cache").toString(),
                "org.osgi.framework.bsnversion", "multiple",
                "felix.log.level", "0",
                "patchbay.load", load.toString(),
                "patchbay.store", folder.resolve("store").toString()));
        framework.start();
        provenance = new FrameworkProvenance(framework.getBundleContext());
    }

    /** Activates the component as Declarative Services would. */
    TestFramework deploying() throws IOException, InterruptedException {
        deployment = new HotDeployment(framework.getBundleContext(), provenance, List.of(events::add));
        deployment.start();
        return this;
    }

    void stopDeploying() throws IOException, InterruptedException {
        deployment.stop();
        deployment = null;
    }

    /** The next event; fails when none comes. */
    <E extends DeploymentEvent> E next(Class<E> kind) throws InterruptedException {
        DeploymentEvent event = events.poll(SECONDS, TimeUnit.SECONDS);
        if (!kind.isInstance(event)) {
            throw new AssertionError("expected " + kind.getSimpleName() + ", got " + event);
        }
        return kind.cast(event);
    }

    /** Events told so far and not taken. */
    List<DeploymentEvent> rest() {
        var rest = new ArrayList<DeploymentEvent>();
        events.drainTo(rest);
        return rest;
    }

    Optional<Bundle> bundle(String name) {
        return Arrays.stream(framework.getBundleContext().getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName())).findFirst();
    }

    List<String> locations() {
        return Arrays.stream(framework.getBundleContext().getBundles()).skip(1).map(Bundle::getLocation).toList();
    }

    /** What the bundle's class says. */
    static String says(Bundle bundle) throws ReflectiveOperationException {
        return bundle.loadClass("sample.Thing").getConstructor().newInstance().toString();
    }

    Framework framework() {
        return framework;
    }

    @Override
    public void close() throws Exception {
        if (deployment != null) {
            deployment.stop();
        }
        framework.stop();
        framework.waitForStop(TimeUnit.SECONDS.toMillis(SECONDS));
    }
}
