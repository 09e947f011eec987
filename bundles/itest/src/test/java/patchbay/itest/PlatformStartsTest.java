package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.InvalidSyntaxException;
import patchbay.deploy.Provenance;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
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
        for (var contract : List.of(Router.class, Balancer.class, Capacity.class, Expert.class, Attention.class, Position.class)) {
            var named = "patchbay." + contract.getSimpleName().toLowerCase(Locale.ROOT) + ".";
            long bundles = Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().startsWith(named)).count();
            assertTrue(named, bundles > 0);
            assertEquals(named, bundles, count(contract));
        }
    }

    @Test
    public void theConsoleAndProvenanceAreThere() {
        service(ToIntFunction.class, "(patchbay.entry=true)");
        var origins = service(Provenance.class).origins();
        assertEquals(context.getBundles().length, origins.size());
        assertTrue(origins.stream().allMatch(origin -> origin.sha256().length() == 64));
    }

    private int count(Class<?> contract) throws InvalidSyntaxException {
        return context.getServiceReferences(contract, null).size();
    }
}
