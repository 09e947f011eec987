package patchbay.deploy;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.deploy.Refusal.Remedy;

/**
 * Keeps the framework as the folder {@code load/} is: a jar that is put there is in use within a second, one that is
 * replaced is updated, one that is taken away is uninstalled. What lies there at the start is in use when this component is active.
 */
@Component(service = {}, immediate = true)
public final class HotDeployment {

    private static final Logger LOG = LoggerFactory.getLogger(HotDeployment.class);
    /** While a file is being written. */
    private static final long SHORT_MILLIS = 50;
    /** Otherwise: file systems that send no events, and folders that were made anew. */
    private static final long LONG_MILLIS = 1000;

    private final Path folder;
    private final LoadFolder files;
    private final Deployment deployment;
    private final WatchService watcher;
    private final Thread thread;
    /** Names and reasons of what is refused; an entry goes when the file changes, is accepted or is taken away. */
    private final Map<String, String> refused = new HashMap<>();
    /** What may become acceptable when other bundles come or go. */
    private final Map<String, Refusal> dependent = new TreeMap<>();
    private Optional<WatchKey> key = Optional.empty();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<DeploymentListener> listeners;

    @Activate
    public HotDeployment(BundleContext context, @Reference Provenance provenance) throws IOException {
        this(context, provenance, List.of());
    }

    HotDeployment(BundleContext context, Provenance provenance, List<DeploymentListener> listeners) throws IOException {
        this.listeners = listeners;
        folder = Files.createDirectories(Path.of(context.getProperty("patchbay.load")));
        files = new LoadFolder(folder, Clock.systemUTC());
        deployment = new Deployment(context, new Store(Path.of(context.getProperty("patchbay.store"))), provenance);
        watcher = FileSystems.getDefault().newWatchService();
        thread = Thread.ofPlatform().daemon().name("load folder").unstarted(this::watch);
    }

    @Activate
    void start() throws InterruptedException {
        while (pass()) {
            await(SHORT_MILLIS);
        }
        thread.start();
    }

    @Deactivate
    void stop() throws IOException, InterruptedException {
        watcher.close();
        thread.join(); // an update under way ends first
    }

    private void watch() {
        try {
            boolean waiting = false;
            while (true) {
                await(waiting ? SHORT_MILLIS : LONG_MILLIS);
                waiting = pass();
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("no longer watching {}", folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until something happens in the folder, but no longer than this. */
    private void await(long millis) throws InterruptedException {
        WatchKey signalled = watcher.poll(millis, TimeUnit.MILLISECONDS);
        if (signalled != null) {
            signalled.pollEvents();
            signalled.reset();
        }
    }

    /** Brings the framework in line with the folder; true when a file is still being written. */
    private boolean pass() {
        try {
            register();
            LoadFolder.Changes changes = files.changes();
            boolean changed = false;
            for (String name : changes.gone()) {
                forget(name);
                changed |= tell(deployment.remove(name));
            }
            for (String name : changes.settled()) {
                forget(name);
                changed |= put(name);
            }
            for (String name : changed ? List.copyOf(dependent.keySet()) : List.<String>of()) {
                dependent.remove(name);
                put(name);
            }
            return files.isWaiting();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} cannot be followed: {}", folder, e.getMessage(), e);
            return false;
        }
    }

    /** A folder that was deleted and made anew has no watch key. */
    private void register() throws IOException {
        if (key.filter(WatchKey::isValid).isEmpty() && Files.isDirectory(folder)) {
            key = Optional.of(folder.register(watcher, StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE));
        }
    }

    private boolean put(String name) {
        try {
            boolean changed = tell(deployment.put(name, files.file(name)));
            forget(name);
            return changed;
        } catch (Refusal refusal) {
            refuse(name, refusal);
        } catch (IOException | RuntimeException e) {
            refuse(name, new Refusal("it cannot be read or installed: " + e, Remedy.NONE));
        }
        return false;
    }

    private void refuse(String name, Refusal refusal) {
        if (refusal.remedy() == Remedy.MORE_BYTES && files.isRecent(name)) {
            files.again(name); // perhaps half copied: it has a little longer to become whole
            return;
        }
        if (refusal.remedy() == Remedy.OTHER_BUNDLES) {
            dependent.put(name, refusal);
        }
        if (!refusal.getMessage().equals(refused.put(name, refusal.getMessage()))) {
            LOG.warn("{} is not used: {}", files.file(name), refusal.getMessage());
            tell(Optional.of(new DeploymentEvent.Refused(name, refusal.getMessage())));
        }
    }

    private void forget(String name) {
        refused.remove(name);
        dependent.remove(name);
    }

    private boolean tell(Optional<DeploymentEvent> event) {
        event.ifPresent(happened -> {
            if (happened instanceof DeploymentEvent.Installed(String file, Origin origin, boolean plugin) && !plugin) {
                LOG.warn("{} ({} {}) is installed, but offers no plugin: no component of a contract of patchbay.spi",
                        file, origin.symbolicName(), origin.version());
            } else {
                LOG.info("{}", happened);
            }
            for (DeploymentListener listener : listeners) {
                try {
                    listener.deployment(happened);
                } catch (RuntimeException e) {
                    LOG.warn("a listener failed on {}", happened, e);
                }
            }
        });
        return event.isPresent();
    }
}
