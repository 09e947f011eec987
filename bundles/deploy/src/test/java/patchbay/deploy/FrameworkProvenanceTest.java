package patchbay.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

@Timeout(60)
class FrameworkProvenanceTest {

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

    private Bundle install(byte[] bytes) throws Exception {
        return framework.framework().getBundleContext().installBundle("test:router", new ByteArrayInputStream(bytes));
    }

    @Test
    void anOriginIsTheHashOfTheBytesInUseAndTheyAreStored() throws Exception {
        byte[] bytes = TestBundle.plugin("sample.router", "1.0.0").bytes();
        Origin origin = framework.provenance.origin(install(bytes));
        assertEquals("sample.router", origin.symbolicName());
        assertEquals("1.0.0", origin.version());
        assertEquals(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)), origin.sha256());
        assertArrayEquals(bytes, Files.readAllBytes(origin.storedJar()));
    }

    @Test
    void anUpdateHasAnotherOrigin() throws Exception {
        Bundle bundle = install(TestBundle.plugin("sample.router", "1.0.0").bytes());
        Origin before = framework.provenance.origin(bundle);
        for (int minor = 1; minor <= 11; minor++) { // beyond nine the framework's folders no longer sort by name
            byte[] bytes = TestBundle.plugin("sample.router", "1." + minor + ".0").bytes();
            bundle.update(new ByteArrayInputStream(bytes));
            Origin after = framework.provenance.origin(bundle);
            assertEquals("1." + minor + ".0", after.version());
            assertArrayEquals(bytes, Files.readAllBytes(after.storedJar()));
            assertNotEquals(before.sha256(), after.sha256());
        }
        assertTrue(Files.exists(before.storedJar()));
    }

    @Test
    void everyBundleHasAnOriginTheFrameworkToo() throws Exception {
        install(TestBundle.plugin("sample.router", "1.0.0").bytes());
        assertEquals(2, framework.provenance.origins().size());
    }

    @Test
    void anOldJarStandsBesideThePresentOne() throws Exception {
        Bundle present = install(TestBundle.plugin("sample.router", "1.0.0").saying("old").bytes());
        String old = framework.provenance.origin(present).sha256();
        present.update(new ByteArrayInputStream(TestBundle.plugin("sample.router", "1.0.0").saying("new").bytes()));

        Bundle back = framework.provenance.installFromStore(old);
        assertEquals("store:" + old, back.getLocation());
        assertEquals("old", TestFramework.says(back));
        assertEquals("new", TestFramework.says(present));
        assertEquals(back, framework.provenance.installFromStore(old));

        framework.provenance.release(back);
        assertEquals(Bundle.ACTIVE, back.getState(), "borrowed twice, released once");
        framework.provenance.release(back);
        assertEquals(Bundle.UNINSTALLED, back.getState());
        assertThrows(IllegalArgumentException.class, () -> framework.provenance.release(back));
    }

    @Test
    void aDamagedJarIsNotBroughtBack() throws Exception {
        Origin origin = framework.provenance.origin(install(TestBundle.plugin("sample.router", "1.0.0").bytes()));
        Files.write(origin.storedJar(), new byte[] {1, 2, 3});
        var damaged = assertThrows(IllegalArgumentException.class, () -> framework.provenance.installFromStore(origin.sha256()));
        assertTrue(damaged.getMessage().contains("damaged"), damaged.getMessage());
        assertThrows(IllegalArgumentException.class, () -> framework.provenance.installFromStore("0".repeat(64)));
        assertThrows(IllegalArgumentException.class, () -> framework.provenance.installFromStore("../../etc/passwd"));
    }
}
