package patchbay.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import patchbay.deploy.Refusal.Remedy;

/**
 * What the manifest of a jar says.
 *
 * @param plugin whether it announces a service of a contract of {@code patchbay.spi}
 */
record BundleJar(String symbolicName, Version version, boolean plugin) {

    /** The capability that the build writes for every component: {@code osgi.service;objectClass:List<String>="patchbay.spi.Router"}. */
    private static final Pattern CONTRACT = Pattern.compile("osgi\\.service\\s*;[^,]*objectClass[^=]*=\\s*\"[^\"]*\\bpatchbay\\.spi\\.");

    /** Reads every entry to its end, so that a damaged jar is found out now and not when a class is first needed. */
    static BundleJar read(Path file) throws Refusal {
        Attributes manifest;
        try (var jar = new JarFile(file.toFile(), true)) {
            if (jar.getManifest() == null) {
                throw new Refusal("it has no manifest: a plain zip, not a bundle", Remedy.NONE);
            }
            manifest = jar.getManifest().getMainAttributes();
            for (var entries = jar.entries(); entries.hasMoreElements();) {
                try (var in = jar.getInputStream(entries.nextElement())) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException | SecurityException | IllegalArgumentException e) {
            throw new Refusal("it is no complete jar (" + size(file) + " bytes: " + e.getMessage() + ")", Remedy.MORE_BYTES);
        }
        String name = manifest.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null) {
            throw new Refusal("its manifest has no " + Constants.BUNDLE_SYMBOLICNAME + ": a jar, but not a bundle; build it with bnd", Remedy.NONE);
        }
        String version = manifest.getValue(Constants.BUNDLE_VERSION);
        String capabilities = manifest.getValue(Constants.PROVIDE_CAPABILITY);
        try {
            return new BundleJar(
                    name.split(";", 2)[0].strip(),
                    Version.parseVersion(version),
                    capabilities != null && CONTRACT.matcher(capabilities).find());
        } catch (IllegalArgumentException e) {
            throw new Refusal("its " + Constants.BUNDLE_VERSION + " is no version: " + version, Remedy.NONE);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return symbolicName + " " + version;
    }
}
