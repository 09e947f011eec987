package patchbay.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An OSGi framework in which every bundle of one folder is active. */
final class Platform implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    /** What a run needs to write its last checkpoint, with much to spare. */
    private static final long STOP_MILLIS = TimeUnit.MINUTES.toMillis(2);
    private static final String ENTRY = "(patchbay.entry=true)";

    private final Framework framework;
    private final Cache cache;

    private Platform(Framework framework, Cache cache) {
        this.framework = framework;
        this.cache = cache;
    }

    /**
     * Starts the framework with the settings of {@code cnf/framework.properties} and the bundles of
     * {@code cnf/target/export/patchbay}. When this returns, every bundle is active, and so is every plugin that lay in
     * {@code load/}: the component that watches that folder reads it once while it is activated.
     *
     * @param home the project's folder
     */
    static Platform start(Path home) throws IOException, BundleException {
        Path bundles = folder(home, "bundles", "cnf/target/export/patchbay");
        if (!Files.isDirectory(bundles)) {
            throw new PlatformError("no platform in " + bundles + "; build it: mvn -DskipTests package");
        }
        Path state = folder(home, "state", ".patchbay");
        var cache = Cache.in(state.resolve("cache"));
        Framework framework = ServiceLoader.load(FrameworkFactory.class, Platform.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new PlatformError("no OSGi framework on the class path"))
                .newFramework(settings(home, state, cache.folder()));
        var platform = new Platform(framework, cache);
        try {
            framework.start();
            List<Bundle> installed = platform.install(bundles);
            installed.forEach(Platform::start);
            LOG.debug("{} bundles of {} are active", installed.size(), bundles);
            return platform;
        } catch (IOException | BundleException | RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    /** The console's entry point: a command line in, an exit status out. */
    ToIntFunction<List<String>> entry() {
        try {
            @SuppressWarnings("rawtypes")
            ServiceReference<ToIntFunction> reference = framework.getBundleContext()
                    .getServiceReferences(ToIntFunction.class, ENTRY).stream()
                    .findFirst()
                    .orElseThrow(() -> new PlatformError("the platform has no console: no service with " + ENTRY));
            @SuppressWarnings("unchecked")
            ToIntFunction<List<String>> entry = framework.getBundleContext().getService(reference);
            return entry;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops every bundle, waits until they have stopped, and removes the framework's folder. */
    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
            cache.close();
        } catch (BundleException | IOException e) {
            LOG.warn("the platform did not stop cleanly: {}", e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The system property {@code patchbay.<name>} may put any of the folders elsewhere. */
    private static Path folder(Path home, String name, String usual) {
        return home.resolve(System.getProperty("patchbay." + name, usual));
    }

    private static Map<String, String> settings(Path home, Path state, Path cache) throws IOException {
        var file = new Properties();
        try (InputStream in = Files.newInputStream(home.resolve("cnf/framework.properties"))) {
            file.load(in);
        }
        var settings = new HashMap<String, String>();
        file.stringPropertyNames().forEach(name -> settings.put(name, file.getProperty(name)));
        settings.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        settings.put("patchbay.home", home.toString());
        settings.put("patchbay.state", state.toString());
        for (String folder : List.of("load", "store", "runs")) {
            settings.put("patchbay." + folder, folder(home, folder, folder).toString());
        }
        return settings;
    }

    /** All of them before any is started, so that each finds what it needs, in whatever order. */
    private List<Bundle> install(Path folder) throws IOException, BundleException {
        var installed = new ArrayList<Bundle>();
        try (var jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                installed.add(framework.getBundleContext().installBundle(jar.toUri().toString()));
            }
        }
        return installed;
    }

    private static void start(Bundle bundle) {
        if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0) {
            return;
        }
        try {
            bundle.start();
        } catch (BundleException e) {
            throw new PlatformError("bundle " + bundle.getSymbolicName() + " does not start: " + e.getMessage(), e);
        }
    }
}
