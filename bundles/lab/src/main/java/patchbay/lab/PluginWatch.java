package patchbay.lab;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.lab.record.Event;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.model.Rack;
import patchbay.spi.Part;
import patchbay.tensor.UserError;

/** What a run knows of the plugins that come and go around it. It holds none of them, so that their classes can go. */
final class PluginWatch {

    private record Name(String kind, String plugin) {}

    private record Seen(Provider provider, WeakReference<Part> part) {

        boolean is(Seen other) {
            return other != null && provider.equals(other.provider) && part.refersTo(other.part.get());
        }
    }

    private final Archive archive;
    private Map<Name, Seen> known;
    /** Bundles that came after the model's plugins were chosen. */
    private final Set<Provider> arrived = new LinkedHashSet<>();
    /** Bundles that the run tried to take up and refused; the same bytes would be refused again. */
    private final Set<Provider> refused = new HashSet<>();

    /** @param fresh whether the model was made of the plugins of today, not of those of a record, which stay */
    PluginWatch(Archive archive, boolean fresh) {
        this.archive = archive;
        this.known = present();
        if (fresh) {
            known.values().forEach(seen -> arrived.add(seen.provider()));
        }
    }

    private Map<Name, Seen> present() {
        var present = new LinkedHashMap<Name, Seen>();
        archive.offers().forEach(offer -> present.put(new Name(Offer.word(offer.kind()), offer.name()),
                new Seen(offer.provider(), new WeakReference<>(offer.part()))));
        return present;
    }

    /** What came and went since this was last asked. */
    List<Event> changes(long step) {
        var present = present();
        var events = new ArrayList<Event>();
        known.forEach((name, seen) -> {
            if (!seen.is(present.get(name))) {
                events.add(new Event.PluginGone(step, name.kind(), name.plugin(), seen.provider()));
                arrived.remove(seen.provider());
            }
        });
        present.forEach((name, seen) -> {
            if (!seen.is(known.get(name))) {
                events.add(new Event.PluginArrived(step, name.kind(), name.plugin(), seen.provider()));
                arrived.add(seen.provider());
            }
        });
        known = present;
        return events;
    }

    /** The bundles that came since and offer another plugin than the one of theirs that is in {@code rack}. */
    List<Provider> updated(Rack rack) {
        return arrived.stream().filter(provider -> !refused.contains(provider) && isStale(rack, provider)).toList();
    }

    private boolean isStale(Rack rack, Provider provider) {
        try {
            var present = new Change.Refresh(provider).apply(rack, archive, Optional.empty());
            return rack.fittings().entrySet().stream()
                    .anyMatch(entry -> present.at(entry.getKey()).offer().part() != entry.getValue().offer().part());
        } catch (UserError refusal) {
            return true; // the transaction will say why
        }
    }

    /** Not to be tried again. */
    void refused(Provider provider) {
        refused.add(provider);
    }
}
