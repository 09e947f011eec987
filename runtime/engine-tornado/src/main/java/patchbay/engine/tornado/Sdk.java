package patchbay.engine.tornado;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * An installed TornadoVM SDK.
 *
 * @param home where {@code TORNADOVM_HOME} points
 * @param version such as {@code 5.2.0-jdk25}
 */
record Sdk(Path home, String version) {

    /** Its names and their meaning are those of this version; see {@link Tornado}. */
    private static final String KNOWN = "5.2.";

    static Sdk at(Path home) throws Unavailable {
        var file = home.resolve("etc/tornado.release");
        var release = new Properties();
        try (var in = Files.newInputStream(file)) {
            release.load(in);
        } catch (IOException error) {
            throw new Unavailable("TORNADOVM_HOME=" + home + ": no TornadoVM SDK there (etc/tornado.release cannot be read)", error);
        }
        var version = release.getProperty("version", "").strip();
        if (!version.startsWith(KNOWN)) {
            throw new Unavailable("TORNADOVM_HOME=" + home + ": TornadoVM " + (version.isEmpty() ? "of no version" : version)
                    + " is not one that this engine knows; install " + KNOWN + "x for JDK 25");
        }
        return new Sdk(home, version);
    }
}
