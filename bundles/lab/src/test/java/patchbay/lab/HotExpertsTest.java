package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.expert.swiglu.SwiGlu;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.History;
import patchbay.lab.record.Transfer;
import patchbay.model.ModelSettings;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.spi.Expert;
import patchbay.spi.Joins;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/** Who joins an open model, and who leaves it, as bundles come and go. */
class HotExpertsTest {

    @Joins
    @Plugin("guest")
    static final class Guest implements Expert {
        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            return rows;
        }
    }

    private static final Provider FIRST = new Provider("sample.guest", "1.0.0", "aa");
    private static final Provider SECOND = new Provider("sample.guest", "1.1.0", "bb");
    private static final Provider PLAIN = new Provider("sample.plain", "1.0.0", "cc");
    private static final ModelSettings WITHOUT = ModelSettings.defaults();
    private static final ModelSettings WITH = WITHOUT.withExtras(List.of("guest"), 2);

    private final List<Offer> offers = new ArrayList<>();
    private final List<String> installed = new ArrayList<>();
    private final List<Change> waiting = new ArrayList<>();
    private final Archive archive = new Archive() {
        @Override
        public List<Offer> offers() {
            return List.copyOf(offers);
        }

        @Override
        public Offer find(Fitted fitted) {
            throw new AssertionError(fitted.toString());
        }

        @Override
        public boolean isInstalled(String bundle) {
            return installed.contains(bundle);
        }

        @Override
        public AutoCloseable onChange(Runnable listener) {
            return () -> {};
        }
    };

    private void install(Provider provider) {
        installed.add(provider.bundle());
        offers.add(new Offer(Expert.class, "guest", new Guest(), provider));
    }

    private List<String> wishes(HotExperts experts, ModelSettings model) {
        return experts.wishes(model, waiting::contains).stream().map(wish -> wish.change().socket() + " ← " + wish.change().plugin() + ", " + wish.cause()).toList();
    }

    private static final List<String> JOINS = List.of("layers.*.moe.experts.guest ← guest, bundle installed");
    private static final List<String> LEAVES = List.of("layers.*.moe.experts.guest ← -, bundle removed");

    @Test
    void itIsAskedInOnceForABundle() {
        var experts = new HotExperts(archive, new History(List.of()));
        offers.add(new Offer(Expert.class, "swiglu", new SwiGlu(), PLAIN)); // does not say that it wants to
        assertEquals(List.of(), wishes(experts, WITHOUT));
        install(FIRST);
        assertEquals(JOINS, wishes(experts, WITHOUT));
        assertEquals(List.of(), wishes(experts, WITHOUT), "refused, or taken out by hand");
        offers.removeLast();
        install(SECOND);
        assertEquals(JOINS, wishes(experts, WITHOUT), "another one");
        assertEquals(List.of(), wishes(experts, WITH));
    }

    @Test
    void itLeavesWhenItsBundleIsGoneAndNotWhileThatIsUpdated() {
        var experts = new HotExperts(archive, new History(List.of()));
        install(FIRST);
        wishes(experts, WITHOUT);
        offers.clear();
        assertEquals(List.of(), wishes(experts, WITH), "installed, and offering nothing: an update");
        installed.clear();
        assertEquals(LEAVES, wishes(experts, WITH));
        assertEquals(List.of(), wishes(experts, WITHOUT));
        install(FIRST);
        assertEquals(JOINS, wishes(experts, WITHOUT), "the same again");
    }

    @Test
    void itsBundleMayGoBeforeItHasJoined() {
        var experts = new HotExperts(archive, new History(List.of()));
        install(FIRST);
        experts.wishes(WITHOUT, waiting::contains).forEach(wish -> waiting.add(wish.change()));
        offers.clear();
        installed.clear();
        assertEquals(List.of(), wishes(experts, WITHOUT), "the model with it is being built");
        waiting.clear();
        var leaving = experts.wishes(WITH, waiting::contains).getFirst();
        assertEquals(HotExperts.REMOVED, leaving.cause());
        waiting.add(leaving.change());
        assertEquals(List.of(), wishes(experts, WITH), "asked for already");
        waiting.clear();
        experts.refused(leaving);
        assertEquals(List.of(), wishes(experts, WITH), "it has to stay, as it was refused to leave");
    }

    @Test
    void whoWasAddedByHandStays() {
        assertEquals(List.of(), wishes(new HotExperts(archive, new History(List.of())), WITH));
    }

    @Test
    void aResumedRunKnowsWhoJoined() {
        var fitted = new Fitted("layers.0.moe.experts.guest", "expert", "guest", Map.of(), FIRST);
        var joined = new Event.Swapped(5, "layers.*.moe.experts.guest", "guest", Map.of(), HotExperts.INSTALLED, List.of(), List.of(fitted), Transfer.none(), 1);
        var experts = new HotExperts(archive, new History(List.of(new History.Entry(Instant.EPOCH, joined))));
        assertEquals(LEAVES, wishes(experts, WITH), "its bundle went meanwhile");
    }
}
