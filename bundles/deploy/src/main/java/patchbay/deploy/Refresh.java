package patchbay.deploy;

import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Until bundles are refreshed, the classes of an earlier content stay in use by whoever was wired to them. */
record Refresh(BundleContext context) {

    private static final Logger LOG = LoggerFactory.getLogger(Refresh.class);
    private static final int SECONDS = 20;

    /** Returns when the old wiring is gone. */
    void await(Collection<Bundle> bundles) {
        var done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(bundles, event -> done.countDown());
        try {
            if (!done.await(SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("refreshing {} takes more than {} s", bundles, SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
