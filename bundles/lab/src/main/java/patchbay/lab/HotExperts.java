package patchbay.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import patchbay.lab.record.Event;
import patchbay.lab.record.History;
import patchbay.model.ModelSettings;
import patchbay.model.Offer;
import patchbay.model.Plug;
import patchbay.model.Provider;
import patchbay.model.Socket;
import patchbay.spi.Expert;
import patchbay.spi.Joins;

/**
 * Experts that join an open model in training by their bundle alone ({@link Joins}), and leave it when that is removed. Each is asked in once
 * for the bundle that it comes with: one that was refused, or taken out by hand, stays out until there is another.
 */
final class HotExperts {

    /** Why an expert joins, as a record has it. */
    static final String INSTALLED = "bundle installed";
    /** Why it leaves. */
    static final String REMOVED = "bundle removed";

    private final Archive archive;
    /** Of what bundle each was asked in, by the expert's name. */
    private final Map<String, Provider> asked = new TreeMap<>();

    /** What is to be asked for. */
    record Wish(Change change, String cause) {}

    /** @param history of the run, if it goes on with one that was interrupted */
    HotExperts(Archive archive, History history) {
        this.archive = archive;
        for (var swapped : history.all(Event.Swapped.class)) {
            Socket.extraName(swapped.socket()).ifPresent(name -> {
                switch (swapped.cause()) {
                    case INSTALLED -> asked.put(name, swapped.after().getFirst().provider());
                    case REMOVED -> asked.remove(name);
                    default -> { }
                }
            });
        }
    }

    /**
     * Who joins {@code model}, and who leaves it, as bundles came and went.
     *
     * @param waits whether a change has been asked for already
     */
    List<Wish> wishes(ModelSettings model, Predicate<Change> waits) {
        var wishes = new ArrayList<Wish>();
        asked.entrySet().removeIf(expert -> {
            if (archive.isInstalled(expert.getValue().bundle())) {
                return false;
            }
            var leaves = new ExpertChange.Remove(expert.getKey(), Optional.empty());
            boolean there = model.extras().contains(expert.getKey());
            if (there && !waits.test(leaves)) {
                wishes.add(new Wish(leaves, REMOVED));
            }
            return !there && !waits.test(joins(expert.getKey()));
        });
        archive.offers().stream().filter(HotExperts::joins)
                .filter(offer -> !model.extras().contains(offer.name()) && !offer.provider().equals(asked.get(offer.name())))
                .forEach(offer -> {
                    asked.put(offer.name(), offer.provider());
                    wishes.add(new Wish(joins(offer.name()), INSTALLED));
                });
        return wishes;
    }

    private static Change joins(String name) {
        return new ExpertChange.Add(name, Plug.of(name), "");
    }

    /** One whose leaving was refused stays. */
    void refused(Wish wish) {
        if (wish.change() instanceof ExpertChange.Remove leaves) {
            asked.remove(leaves.name());
        }
    }

    private static boolean joins(Offer offer) {
        return offer.kind() == Expert.class && offer.part().getClass().isAnnotationPresent(Joins.class);
    }
}
