package patchbay.deploy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Reads the bytes that the framework itself uses, from its own folder: the file that a bundle was once installed from may
 * have been built anew since.
 */
@Component
public final class FrameworkProvenance implements Provenance {

    private static final String REFERENCE = "reference:";

    private final BundleContext context;
    private final Store store;
    private final Refresh refresh;
    private final Map<Long, Known> known = new HashMap<>();
    private final Map<String, Integer> borrowed = new HashMap<>();

    /** An origin holds as long as the bundle is not updated. */
    private record Known(long lastModified, Origin origin) {}

    @Activate
    public FrameworkProvenance(BundleContext context) {
        this.context = context;
        this.store = new Store(Path.of(context.getProperty("patchbay.store")));
        this.refresh = new Refresh(context);
    }

    @Override
    public synchronized Origin origin(Bundle bundle) {
        Known before = known.get(bundle.getBundleId());
        if (before != null && before.lastModified() == bundle.getLastModified()) {
            return before.origin();
        }
        long lastModified = bundle.getLastModified();
        try {
            Store.Draft draft = store.draft(content(bundle));
            var origin = new Origin(bundle.getSymbolicName(), bundle.getVersion().toString(), draft.sha256(), store.keep(draft));
            known.put(bundle.getBundleId(), new Known(lastModified, origin));
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException("the jar of " + bundle.getSymbolicName() + " cannot be put into the store", e);
        }
    }

    @Override
    public List<Origin> origins() {
        return Arrays.stream(context.getBundles())
                .map(this::origin)
                .sorted(Comparator.comparing(Origin::symbolicName).thenComparing(Origin::version))
                .toList();
    }

    @Override
    public synchronized Bundle installFromStore(String sha256) {
        Path jar = store.verified(sha256);
        try (InputStream in = Files.newInputStream(jar)) {
            Bundle bundle = context.installBundle(STORE_LOCATION + sha256, in);
            borrowed.merge(bundle.getLocation(), 1, Integer::sum);
            try {
                bundle.start();
                return bundle;
            } catch (BundleException e) {
                release(bundle);
                throw e;
            }
        } catch (BundleException e) {
            throw new IllegalStateException("the stored jar " + sha256 + " cannot be used any more: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }

    @Override
    public synchronized void release(Bundle bundle) {
        String location = bundle.getLocation();
        if (!borrowed.containsKey(location)) {
            throw new IllegalArgumentException(bundle.getSymbolicName() + " at " + location + " was not brought back from the store");
        }
        if (borrowed.computeIfPresent(location, (key, count) -> count == 1 ? null : count - 1) != null) {
            return;
        }
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            throw new IllegalStateException(bundle.getSymbolicName() + " cannot be uninstalled", e);
        }
        known.remove(bundle.getBundleId());
        refresh.await(List.of(bundle));
    }

    private static Path content(Bundle bundle) throws IOException {
        if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            return Path.of(URI.create(bundle.getClass().getProtectionDomain().getCodeSource().getLocation().toString()));
        }
        if (bundle.getLocation().startsWith(REFERENCE)) { // used in place, by the frameworks of tests
            return Path.of(URI.create(bundle.getLocation().substring(REFERENCE.length())));
        }
        File data = bundle.getDataFile("");
        if (data == null) {
            throw new IOException("the framework keeps no files");
        }
        return newestRevision(data.toPath().getParent()).resolve("bundle.jar");
    }

    /** Felix keeps a bundle's content in {@code version<refreshes>.<updates>/bundle.jar}. */
    private static Path newestRevision(Path folder) throws IOException {
        try (var revisions = Files.list(folder)) {
            return revisions
                    .filter(revision -> revision.getFileName().toString().startsWith("version"))
                    .max(Comparator.comparing(revision -> Version.parseVersion(revision.getFileName().toString().substring("version".length()))))
                    .orElseThrow(() -> new IOException("no content in " + folder));
        }
    }
}
