package patchbay.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import patchbay.deploy.DeploymentEvent.Installed;
import patchbay.deploy.DeploymentEvent.Refused;
import patchbay.deploy.DeploymentEvent.Removed;
import patchbay.deploy.DeploymentEvent.Updated;

@Timeout(60)
class HotDeploymentTest {

    @TempDir
    Path folder;
    private TestFramework framework;

    @BeforeEach
    void start() throws Exception {
        framework = new TestFramework(folder);
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    @Test
    void whatLiesInTheFolderIsActiveOnceTheComponentIs() throws Exception {
        TestBundle.plugin("sample.router", "1.0.0").moveTo(framework.load.resolve("router.jar"));
        framework.deploying();
        assertEquals(Bundle.ACTIVE, framework.bundle("sample.router").orElseThrow().getState());
        assertEquals("load:router.jar", framework.bundle("sample.router").orElseThrow().getLocation());
    }

    @Test
    void aJarIsInUseWithinASecond() throws Exception {
        framework.deploying();
        long start = System.nanoTime();
        TestBundle.plugin("sample.router", "1.0.0").moveTo(framework.load.resolve("router.jar"));
        Installed installed = framework.next(Installed.class);
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(taken.toMillis() < 1000, () -> "took " + taken);
        assertTrue(installed.plugin());
        assertEquals("1.0.0", TestFramework.says(framework.bundle("sample.router").orElseThrow()));
        assertEquals(installed.origin(), framework.provenance.origin(framework.bundle("sample.router").orElseThrow()));
    }

    @Test
    void aJarReplacedIsUpdatedAndTheOldClassesGo() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("router.jar");
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        Installed installed = framework.next(Installed.class);
        var queue = new ReferenceQueue<ClassLoader>();
        WeakReference<ClassLoader> old = loader(queue);

        TestBundle.plugin("sample.router", "1.1.0").moveTo(file);
        Updated updated = framework.next(Updated.class);

        assertEquals(installed.origin(), updated.before());
        assertNotEquals(installed.origin().sha256(), updated.origin().sha256());
        assertEquals("1.1.0", TestFramework.says(framework.bundle("sample.router").orElseThrow()));
        assertEquals(updated.origin(), framework.provenance.origin(framework.bundle("sample.router").orElseThrow()));
        assertCollected(old, queue);
    }

    @Test
    void whoUsesThePackagesOfAnUpdatedBundleGetsTheNewOnes() throws Exception {
        framework.deploying();
        var library = new TestBundle("sample.library", "1.0.0", "old", Map.of("Export-Package", "sample"));
        library.moveTo(framework.load.resolve("library.jar"));
        framework.next(Installed.class);
        new TestBundle("sample.user", "1.0.0", "own", Map.of("Import-Package", "sample"))
                .moveTo(framework.load.resolve("user.jar"));
        framework.next(Installed.class);
        assertEquals("old", TestFramework.says(framework.bundle("sample.user").orElseThrow()));

        library.saying("new").moveTo(framework.load.resolve("library.jar"));
        framework.next(Updated.class);
        assertEquals("new", TestFramework.says(framework.bundle("sample.user").orElseThrow()));
        assertEquals(Bundle.ACTIVE, framework.bundle("sample.user").orElseThrow().getState());
    }

    @Test
    void aJarTakenAwayIsUninstalledAndItsClassesGo() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("router.jar");
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        framework.next(Installed.class);
        var queue = new ReferenceQueue<ClassLoader>();
        WeakReference<ClassLoader> old = loader(queue);

        Files.delete(file);
        framework.next(Removed.class);

        assertTrue(framework.bundle("sample.router").isEmpty());
        assertCollected(old, queue);
    }

    @Test
    void halfAJarIsRefusedAndTheWholeOneTakenLater() throws Exception {
        framework.deploying();
        byte[] bytes = TestBundle.plugin("sample.router", "1.0.0").bytes();
        Path file = framework.load.resolve("router.jar");
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertContains(framework.next(Refused.class).reason(), "no complete jar");
        Files.write(file, bytes);
        framework.next(Installed.class);
    }

    @Test
    void aJarWithoutASymbolicNameIsRefused() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("plain.jar");
        try (var jar = new java.util.jar.JarOutputStream(Files.newOutputStream(file), new java.util.jar.Manifest())) {
            jar.putNextEntry(new java.util.zip.ZipEntry("readme.txt"));
        }
        assertContains(framework.next(Refused.class).reason(), "Bundle-SymbolicName");
    }

    @Test
    void anUnresolvableJarNamesWhatIsMissingAndIsTakenWhenThatComes() throws Exception {
        framework.deploying();
        TestBundle.plugin("sample.router", "1.0.0").with("Import-Package", "sample.library;version=\"[2,3)\"")
                .moveTo(framework.load.resolve("router.jar"));
        String reason = framework.next(Refused.class).reason();
        assertContains(reason, "sample.router 1.0.0 does not resolve");
        assertContains(reason, "package sample.library");
        assertTrue(framework.bundle("sample.router").isEmpty());

        new TestBundle("sample.library", "2.1.0", "", Map.of("Export-Package", "sample.library;version=2.1"))
                .moveTo(framework.load.resolve("library.jar"));
        assertFalse(framework.next(Installed.class).plugin());
        assertEquals("router.jar", framework.next(Installed.class).file());
    }

    @Test
    void aTwinIsRefusedANewerVersionIsNot() throws Exception {
        framework.deploying();
        TestBundle.plugin("sample.router", "1.0.0").moveTo(framework.load.resolve("a.jar"));
        framework.next(Installed.class);
        TestBundle.plugin("sample.router", "1.0.0").saying("other bytes").moveTo(framework.load.resolve("b.jar"));
        assertContains(framework.next(Refused.class).reason(), "sample.router 1.0.0 is there already, from load:a.jar");
        TestBundle.plugin("sample.router", "1.1.0").moveTo(framework.load.resolve("c.jar"));
        assertEquals("c.jar", framework.next(Installed.class).file());

        Files.delete(framework.load.resolve("a.jar")); // now the name and version are free
        framework.next(Removed.class);
        assertEquals("b.jar", framework.next(Installed.class).file());
    }

    @Test
    void anUpdateThatFailsLeavesTheOldContentInUse() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("router.jar");
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        Origin origin = framework.next(Installed.class).origin();

        for (var broken : List.of(
                TestBundle.plugin("sample.router", "1.1.0").with("Import-Package", "not.there"),
                TestBundle.plugin("sample.router", "1.2.0").with("Bundle-Activator", "not.There"))) {
            broken.moveTo(file);
            framework.next(Refused.class);
            Bundle bundle = framework.bundle("sample.router").orElseThrow();
            assertEquals(Bundle.ACTIVE, bundle.getState());
            assertEquals("1.0.0", TestFramework.says(bundle));
            assertEquals(origin, framework.provenance.origin(bundle));
            assertEquals(List.of("load:router.jar"), framework.locations());
        }
    }

    @Test
    void anotherActivationTakesOverWhatIsThere() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("router.jar");
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        framework.next(Installed.class);
        framework.stopDeploying();
        TestBundle.plugin("sample.router", "1.1.0").moveTo(file);
        framework.deploying();
        assertEquals("1.0.0", framework.next(Updated.class).before().version());
    }

    @Test
    void theFolderItselfMayGoAndComeBack() throws Exception {
        framework.deploying();
        Path file = framework.load.resolve("router.jar");
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        framework.next(Installed.class);
        Files.delete(file);
        Files.delete(framework.load);
        framework.next(Removed.class);
        Files.createDirectory(framework.load);
        TestBundle.plugin("sample.router", "1.0.0").moveTo(file);
        framework.next(Installed.class);
    }

    private WeakReference<ClassLoader> loader(ReferenceQueue<ClassLoader> queue) throws ClassNotFoundException {
        return new WeakReference<>(
                framework.bundle("sample.router").orElseThrow().loadClass("sample.Thing").getClassLoader(), queue);
    }

    private static void assertCollected(WeakReference<?> loader, ReferenceQueue<?> queue) throws InterruptedException {
        Reference<?> collected = null;
        for (int i = 0; i < 20 && collected == null; i++) {
            System.gc();
            collected = queue.remove(200);
        }
        assertEquals(loader, collected, "the old class loader is still alive");
    }

    private static void assertContains(String text, String part) {
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }
}
