package patchbay.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;
import patchbay.deploy.Refusal.Remedy;

/** The bundles that stand for files of {@code load/}. Not safe for several threads: the one that watches the folder uses it. */
final class Deployment {

    private static final String LOCATION = "load:";
    private static final String PROBE = "probe:";
    /** As Felix writes it: {@code missing requirement [router [7](R 7.0)] osgi.wiring.package; (…) [caused by: …]}. */
    private static final Pattern MISSING = Pattern.compile("missing requirement \\[.*?\\)] (\\S+?); (.*?)(?= \\[caused by|\\s*Unresolved|$)");
    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]*)\\)");

    private final BundleContext context;
    private final Store store;
    private final Refresh refresh;
    private final Map<String, Deployed> deployed = new HashMap<>();

    private record Deployed(Bundle bundle, Origin origin) {}

    Deployment(BundleContext context, Store store, Provenance provenance) {
        this.context = context;
        this.store = store;
        this.refresh = new Refresh(context);
        // What an earlier activation of this component installed is still there.
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(LOCATION)) {
                deployed.put(bundle.getLocation().substring(LOCATION.length()), new Deployed(bundle, provenance.origin(bundle)));
            }
        }
    }

    /** Brings the content of a file into use; empty when it is in use already. The file may change meanwhile: its copy counts. */
    Optional<DeploymentEvent> put(String name, Path file) throws Refusal, IOException {
        Deployed before = deployed.get(name);
        Store.Draft draft = store.draft(file);
        try {
            if (before != null && before.origin().sha256().equals(draft.sha256())) {
                return Optional.empty();
            }
            BundleJar jar = BundleJar.read(draft.file());
            refuseTwin(jar, before);
            var origin = new Origin(jar.symbolicName(), jar.version().toString(), draft.sha256(), store.keep(draft));
            if (before == null) {
                deployed.put(name, new Deployed(install(LOCATION + name, jar, origin), origin));
                return Optional.of(new DeploymentEvent.Installed(name, origin, jar.plugin()));
            }
            update(before, jar, origin);
            deployed.put(name, new Deployed(before.bundle(), origin));
            return Optional.of(new DeploymentEvent.Updated(name, before.origin(), origin, jar.plugin()));
        } finally {
            store.discard(draft);
        }
    }

    /** Takes the file's bundle out of the framework. */
    Optional<DeploymentEvent> remove(String name) {
        Deployed before = deployed.remove(name);
        if (before == null) {
            return Optional.empty();
        }
        uninstall(before.bundle());
        return Optional.of(new DeploymentEvent.Removed(name, before.origin()));
    }

    /** One name and version twice would leave it to chance which is used. */
    private void refuseTwin(BundleJar jar, Deployed before) throws Refusal {
        Optional<Bundle> twin = Arrays.stream(context.getBundles())
                .filter(bundle -> jar.symbolicName().equals(bundle.getSymbolicName()) && jar.version().equals(bundle.getVersion()))
                .filter(bundle -> before == null || !bundle.equals(before.bundle()))
                .filter(bundle -> !bundle.getLocation().startsWith(Provenance.STORE_LOCATION))
                .findFirst();
        if (twin.isPresent()) {
            throw new Refusal(jar + " is there already, from " + twin.get().getLocation()
                    + "; give it a higher Bundle-Version, or replace that file", Remedy.OTHER_BUNDLES);
        }
    }

    private Bundle install(String location, BundleJar jar, Origin origin) throws Refusal, IOException {
        Bundle bundle = unstarted(location, jar, origin);
        try {
            bundle.start();
            return bundle;
        } catch (BundleException e) {
            uninstall(bundle);
            throw refusal(jar, e);
        }
    }

    /** The new content is tried beside the old one first: what does not even resolve never disturbs what is in use. */
    private void update(Deployed before, BundleJar jar, Origin origin) throws Refusal, IOException {
        Bundle probe = unstarted(PROBE + origin.sha256(), jar, origin);
        try {
            if (!context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(probe))) {
                probe.start(Bundle.START_TRANSIENT); // fails, and says why
            }
        } catch (BundleException e) {
            throw refusal(jar, e);
        } finally {
            uninstall(probe);
        }
        try {
            replace(before.bundle(), origin);
        } catch (BundleException e) {
            restore(before);
            throw refusal(jar, e);
        }
    }

    private void restore(Deployed before) {
        try {
            replace(before.bundle(), before.origin());
        } catch (BundleException | IOException e) {
            throw new IllegalStateException(before.origin().symbolicName() + " cannot be put back after a failed update", e);
        }
    }

    /** Stopped first, so that the bundle starts once, after the refresh, and its failure is told here. */
    private void replace(Bundle bundle, Origin origin) throws BundleException, IOException {
        bundle.stop();
        try (InputStream in = Files.newInputStream(origin.storedJar())) {
            bundle.update(in);
        }
        refresh.await(List.of(bundle));
        bundle.start();
    }

    private Bundle unstarted(String location, BundleJar jar, Origin origin) throws Refusal, IOException {
        try (InputStream in = Files.newInputStream(origin.storedJar())) {
            return context.installBundle(location, in);
        } catch (BundleException e) {
            throw refusal(jar, e);
        }
    }

    private void uninstall(Bundle bundle) {
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            throw new IllegalStateException(bundle.getSymbolicName() + " cannot be uninstalled", e);
        }
        refresh.await(List.of(bundle));
    }

    private static Refusal refusal(BundleJar jar, BundleException e) {
        if (e.getType() != BundleException.RESOLVE_ERROR) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Refusal(jar + " does not start: " + cause, Remedy.NONE);
        }
        var missing = MISSING.matcher(e.getMessage());
        String last = e.getMessage();
        while (missing.find()) { // the innermost is the cause of the others
            var name = PACKAGE.matcher(missing.group(2));
            last = name.find()
                    ? "no bundle exports the package " + name.group(1) + " as it needs it, " + missing.group(2)
                    : "nothing provides " + missing.group(1) + " " + missing.group(2);
        }
        return new Refusal(jar + " does not resolve: " + last, Remedy.OTHER_BUNDLES);
    }
}
