package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import patchbay.deploy.DeploymentEvent;
import patchbay.deploy.DeploymentListener;
import patchbay.spi.Router;

/** A plugin's jar comes to {@code load/}, is replaced, and goes, in the real platform. */
public class HotPluginTest extends PlatformTest {

    private static final String NAME = "sample.router";

    private final BlockingQueue<DeploymentEvent> events = new LinkedBlockingQueue<>();
    private Path jar;

    @Before
    public void listen() throws IOException {
        context.registerService(DeploymentListener.class, events::add, null);
        jar = Files.createDirectories(Path.of(context.getProperty("patchbay.load"))).resolve("sample.jar");
    }

    @After
    public void clear() throws IOException {
        Files.deleteIfExists(jar);
    }

    @Test
    public void itsServiceComesWithinTwoSecondsAndGoesWithTheJar() throws Exception {
        var services = new LinkedBlockingQueue<ServiceEvent>();
        context.addServiceListener(services::add, "(objectClass=" + Router.class.getName() + ")");

        long start = System.nanoTime();
        put("1.0.0");
        ServiceEvent registered = services.poll(20, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - start) / 1e9;

        assertEquals(ServiceEvent.REGISTERED, registered.getType());
        assertEquals(NAME, registered.getServiceReference().getBundle().getSymbolicName());
        assertTrue("took " + seconds + " s", seconds < 2);

        Files.delete(jar);
        assertEquals(ServiceEvent.UNREGISTERING, services.poll(20, TimeUnit.SECONDS).getType());
    }

    @Test
    public void afterAnUpdateAndAfterARemovalTheOldClassesAreGone() throws Exception {
        put("1.0.0");
        next(DeploymentEvent.Installed.class);
        var queue = new ReferenceQueue<ClassLoader>();
        WeakReference<ClassLoader> first = used(queue);

        put("1.1.0");
        assertEquals("1.1.0", next(DeploymentEvent.Updated.class).origin().version());
        assertCollected(first, queue);

        WeakReference<ClassLoader> second = used(queue);
        Files.delete(jar);
        next(DeploymentEvent.Removed.class);
        assertCollected(second, queue);
    }

    /** Takes the plugin's service as the platform does, gives it back, and keeps nothing but a weak reference. */
    private WeakReference<ClassLoader> used(ReferenceQueue<ClassLoader> queue) {
        Bundle bundle = Arrays.stream(context.getBundles()).filter(each -> NAME.equals(each.getSymbolicName())).findFirst().orElseThrow();
        ServiceReference<?> reference = bundle.getRegisteredServices()[0];
        Object service = context.getService(reference);
        assertNotNull(service);
        context.ungetService(reference);
        return new WeakReference<>(service.getClass().getClassLoader(), queue);
    }

    private static void assertCollected(WeakReference<ClassLoader> loader, ReferenceQueue<ClassLoader> queue) throws InterruptedException {
        Reference<?> collected = null;
        for (int i = 0; i < 40 && collected == null; i++) {
            System.gc();
            collected = queue.remove(250);
        }
        assertSame("the old class loader is still alive", loader, collected);
    }

    private <E extends DeploymentEvent> E next(Class<E> kind) throws InterruptedException {
        DeploymentEvent event = events.poll(30, TimeUnit.SECONDS);
        assertTrue("expected " + kind.getSimpleName() + ", got " + event, kind.isInstance(event));
        return kind.cast(event);
    }

    /** The cosine router's own bundle under another name. */
    private void put(String version) throws IOException {
        Bundle cosine = Arrays.stream(context.getBundles())
                .filter(bundle -> "patchbay.router.cosine".equals(bundle.getSymbolicName())).findFirst().orElseThrow();
        Path beside = jar.resolveSibling("sample.part");
        try (InputStream in = URI.create(cosine.getLocation()).toURL().openStream();
                var from = new JarInputStream(in);
                OutputStream out = Files.newOutputStream(beside);
                var to = new JarOutputStream(out, renamed(from.getManifest(), version))) {
            for (JarEntry entry = from.getNextJarEntry(); entry != null; entry = from.getNextJarEntry()) {
                to.putNextEntry(new JarEntry(entry.getName()));
                from.transferTo(to);
            }
        }
        Files.move(beside, jar, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Manifest renamed(Manifest manifest, String version) {
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", NAME);
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        return manifest;
    }
}
