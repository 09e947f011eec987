package patchbay.lab;

import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.deploy.Provenance;
import patchbay.lab.record.Fitted;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.model.Socket;
import patchbay.spi.Part;
import patchbay.tensor.UserError;

/**
 * The plugins of the framework. A name belongs to one bundle: of several versions of a bundle the newest has it, and a
 * bundle of another name that claims it too is refused the name for as long as the first is there.
 */
@Component(service = {Archive.class, Plugins.class})
public final class Plugins implements Archive, ServiceTrackerCustomizer<Part, Plugins.Registered> {

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** A plugin of the framework, offered or not. */
    record Registered(Offer offer, Bundle bundle, long order) {

        boolean broughtBack() {
            return bundle.getLocation().startsWith(Provenance.STORE_LOCATION);
        }
    }

    private final BundleContext context;
    private final Provenance provenance;
    private final Map<Long, Registered> registered = new ConcurrentSkipListMap<>();
    /** Which bundle, by its symbolic name, has each name. */
    private final Map<String, String> owners = new HashMap<>();
    private final Map<String, Bundle> broughtBack = new HashMap<>();
    /** What is handed out of a bundle that was brought back; once nobody holds any, the bundle can go. */
    private final Map<String, List<WeakReference<Offer>>> lent = new HashMap<>();
    private final Cleaner cleaner = Cleaner.create();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ServiceTracker<Part, Registered> tracker;
    /** Its plugins went when it stopped, which is also how an update begins. */
    private final BundleListener uninstalled = event -> {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            changed();
        }
    };

    @Activate
    public Plugins(BundleContext context, @Reference Provenance provenance) throws InvalidSyntaxException {
        this.context = context;
        this.provenance = provenance;
        this.tracker = new ServiceTracker<>(context, context.createFilter("(plugin=*)"), this);
        tracker.open();
        context.addBundleListener(uninstalled);
    }

    @Deactivate
    void close() {
        context.removeBundleListener(uninstalled);
        tracker.close();
        synchronized (broughtBack) {
            broughtBack.values().forEach(provenance::release);
            broughtBack.clear();
        }
    }

    @Override
    public Registered addingService(ServiceReference<Part> reference) {
        var name = String.valueOf(reference.getProperty("plugin"));
        var bundle = reference.getBundle();
        try {
            var part = Guard.within(LIMIT, "starting plugin " + name + " of " + bundle.getSymbolicName(), () ->
                    Optional.ofNullable(context.getService(reference)).orElseThrow(() -> new UserError("its component could not be made: a constructor that throws, or a reference that nothing satisfies")));
            var kind = Socket.KINDS.stream().filter(known -> known.isInstance(part)).findFirst()
                    .orElseThrow(() -> new UserError("it fits no kind of socket"));
            var origin = provenance.origin(bundle);
            var offer = new Offer(kind, name, part, new Provider(origin.symbolicName(), origin.version(), origin.sha256()));
            var added = new Registered(offer, bundle, (Long) reference.getProperty("service.id"));
            registered.put(added.order(), added);
            conflict(added).ifPresent(LOG::warn);
            changed();
            return added;
        } catch (UserError refusal) {
            LOG.warn("plugin {} of {} is not used: {}", name, bundle.getSymbolicName(), refusal.getMessage());
            context.ungetService(reference);
            return null; // not tracked
        }
    }

    @Override
    public void modifiedService(ServiceReference<Part> reference, Registered service) {}

    @Override
    public void removedService(ServiceReference<Part> reference, Registered service) {
        registered.remove(service.order());
        context.ungetService(reference);
        changed();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public List<Offer> offers() {
        return holders().values().stream().map(Registered::offer).toList();
    }

    @Override
    public List<String> conflicts() {
        return registered.values().stream().map(this::conflict).flatMap(Optional::stream).toList();
    }

    private Optional<String> conflict(Registered claim) {
        if (claim.broughtBack()) {
            return Optional.empty();
        }
        var holder = holders().get(key(claim));
        return holder == null || holder.bundle().getSymbolicName().equals(claim.bundle().getSymbolicName()) ? Optional.empty()
                : Optional.of(Offer.word(claim.offer().kind()) + " " + claim.offer().name() + " is claimed by two bundles, "
                        + holder.offer().provider() + " and " + claim.offer().provider() + "; the first keeps the name until it is removed");
    }

    /** Who has each name: the bundle that came first, in its newest version. */
    private Map<String, Registered> holders() {
        synchronized (owners) {
            return owned();
        }
    }

    private Map<String, Registered> owned() {
        owners.entrySet().removeIf(owner -> claims(owner.getKey(), owner.getValue()).isEmpty() && !isBeingUpdated(owner.getValue()));
        var holders = new LinkedHashMap<String, Registered>();
        for (var claim : registered.values()) {
            if (!claim.broughtBack() && owner(claim).equals(claim.bundle().getSymbolicName())) {
                holders.merge(key(claim), claim, Plugins::newer);
            }
        }
        return holders;
    }

    private String owner(Registered claim) {
        return owners.computeIfAbsent(key(claim), name -> claim.bundle().getSymbolicName());
    }

    private List<Registered> claims(String key, String symbolicName) {
        return registered.values().stream().filter(claim -> !claim.broughtBack())
                .filter(claim -> key(claim).equals(key) && claim.bundle().getSymbolicName().equals(symbolicName)).toList();
    }

    @Override
    public boolean isInstalled(String symbolicName) {
        return deployed(symbolicName).findAny().isPresent();
    }

    /** Bundles of that name that were not brought back. */
    private Stream<Bundle> deployed(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()) && !bundle.getLocation().startsWith(Provenance.STORE_LOCATION));
    }

    /** A bundle offers nothing for a moment while it is updated, and a little longer, and keeps its names meanwhile. */
    private boolean isBeingUpdated(String symbolicName) {
        return deployed(symbolicName).anyMatch(bundle -> bundle.getState() != Bundle.ACTIVE
                        || System.currentTimeMillis() - bundle.getLastModified() < LIMIT.toMillis());
    }

    private static Registered newer(Registered first, Registered second) {
        return second.bundle().getVersion().compareTo(first.bundle().getVersion()) >= 0 ? second : first;
    }

    private static String key(Registered claim) {
        return Offer.word(claim.offer().kind()) + " " + claim.offer().name();
    }

    @Override
    public Offer find(Fitted fitted) {
        return offered(fitted, false).orElseGet(() -> {
            synchronized (broughtBack) {
                bringBack(fitted);
                return lend(offered(fitted, true).orElseThrow(() -> new UserError("bundle " + fitted.provider() + " is kept, but offers no "
                        + fitted.kind() + " " + fitted.plugin())), fitted);
            }
        });
    }

    private Optional<Offer> offered(Fitted fitted, boolean broughtBack) {
        return registered.values().stream().filter(claim -> claim.broughtBack() == broughtBack).map(Registered::offer)
                .filter(offer -> offer.provider().sha256().equals(fitted.provider().sha256()))
                .filter(offer -> offer.name().equals(fitted.plugin()) && Offer.word(offer.kind()).equals(fitted.kind()))
                .findFirst();
    }

    private void bringBack(Fitted fitted) {
        try {
            broughtBack.computeIfAbsent(fitted.provider().sha256(), provenance::installFromStore);
        } catch (IllegalArgumentException | IllegalStateException missing) {
            throw new UserError(fitted.kind() + " " + fitted.plugin() + " needs bundle " + fitted.provider() + ": " + missing.getMessage(), missing);
        }
    }

    /** An offer of its own, whose life tells how long the bundle is needed. */
    private Offer lend(Offer offer, Fitted fitted) {
        var hash = fitted.provider().sha256();
        var own = new Offer(offer.kind(), offer.name(), offer.part(), offer.provider());
        lent.computeIfAbsent(hash, absent -> new ArrayList<>()).add(new WeakReference<>(own));
        cleaner.register(own, () -> giveBack(hash));
        return own;
    }

    private void giveBack(String hash) {
        synchronized (broughtBack) {
            var offers = lent.getOrDefault(hash, new ArrayList<>());
            offers.removeIf(offer -> offer.refersTo(null));
            if (offers.isEmpty() && broughtBack.containsKey(hash)) {
                lent.remove(hash);
                provenance.release(broughtBack.remove(hash));
            }
        }
    }

    /** Every plugin with the state of its claim, for the shell. */
    public List<String> describe() {
        var lines = new ArrayList<String>();
        holders().values().stream().sorted(Comparator.comparing(Plugins::key))
                .forEach(holder -> lines.add(key(holder) + "  " + holder.offer().provider()));
        return lines;
    }
}
