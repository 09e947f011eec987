package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.spi.Expert;
import patchbay.spi.Router;
import patchbay.tensor.reference.ReferenceEngine;

class ProvenanceTest {

    @Test
    void tellsThisProcess() {
        var provider = new Provider("patchbay.router.topk", "0.1.0", "ab".repeat(32));
        var offers = List.of(new Offer(Router.class, "top-k", null, provider), new Offer(Expert.class, "swiglu", null, provider));
        var provenance = Provenance.of("quick", 1, new Provenance.Data("wordnet", "", "cd"), new ReferenceEngine(), offers);
        assertEquals(List.of("expert", "router"), provenance.plugins().stream().map(Provenance.Offered::kind).toList());
        assertTrue(provenance.jvm().version().startsWith(Integer.toString(Runtime.version().feature())), provenance.jvm().version());
        assertTrue(provenance.machine().cores() > 0);
        assertFalse(provenance.machine().cpu().isBlank());
        assertEquals(provenance.engine().description(), new ReferenceEngine().description());
        assertTrue(provenance.jvm().flags().stream().noneMatch(flag -> flag.startsWith("-D") && !flag.startsWith("-Dpatchbay.")));
    }

    @Test
    void differenceNamesWhatDiffers() {
        assertEquals(List.of(), Provenance.difference(provenance(7, "0.1.0"), provenance(7, "0.1.0")));
        assertEquals(List.of(new Difference("seed", "7", "8"),
                        new Difference("plugins.router cosine.provider.version", "0.1.0", "0.2.0")),
                Provenance.difference(provenance(7, "0.1.0"), provenance(8, "0.2.0")));
    }

    @Test
    void pluginThatOnlyOneHasDoesNotShiftTheOthers() {
        var both = provenance(7, "0.1.0");
        var fewer = new Provenance("x", both.seed(), both.data(), both.jvm(), both.machine(), both.engine(), both.plugins().subList(1, 2));
        var paths = Provenance.difference(both, fewer).stream().map(Difference::path).toList();
        assertTrue(paths.stream().allMatch(path -> path.startsWith("plugins.router cosine.")), paths.toString());
    }

    static Provenance provenance(long seed, String version) {
        return new Provenance("quick", seed, new Provenance.Data("wordnet", "", "cd"),
                new Provenance.Jvm("Vendor", "25", List.of("-Xmx1g")),
                new Provenance.Machine("Linux", "amd64", "CPU", 2, 1 << 30),
                new Provenance.EngineChoice("cpu", "2 threads"),
                List.of(new Provenance.Offered("router", "cosine", new Provider("b", version, "00")),
                        new Provenance.Offered("router", "top-k", new Provider("c", "0.1.0", "11"))));
    }
}
