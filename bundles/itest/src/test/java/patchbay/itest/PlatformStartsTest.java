package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.InvalidSyntaxException;
import patchbay.deploy.Provenance;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Expert;
import patchbay.spi.Position;
import patchbay.spi.Router;

public class PlatformStartsTest extends PlatformTest {

    @Test
    public void everyBundleIsActive() {
        List<String> inactive = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(bundle -> bundle.getSymbolicName() + " in state " + bundle.getState())
                .toList();
        assertEquals(List.of(), inactive);
    }

    @Test
    public void everyContractHasItsPlugins() throws InvalidSyntaxException {
        assertEquals(2, count(Router.class));
        assertEquals(2, count(Balancer.class));
        assertEquals(2, count(Position.class));
        assertEquals(1, count(Expert.class));
        assertEquals(1, count(Attention.class));
    }

    @Test
    public void theConsoleAndProvenanceAreThere() {
        service(ToIntFunction.class, "(patchbay.entry=true)");
        var origins = service(Provenance.class).origins();
        assertEquals(context.getBundles().length, origins.size());
        assertTrue(origins.stream().allMatch(origin -> origin.sha256().length() == 64));
    }

    private <P> int count(Class<P> contract) throws InvalidSyntaxException {
        return context.getServiceReferences(contract, null).size();
    }
}
