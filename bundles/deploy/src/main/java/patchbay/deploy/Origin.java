package patchbay.deploy;

import java.nio.file.Path;

/**
 * Where the code of a bundle comes from, exactly.
 *
 * @param symbolicName the bundle's name
 * @param version the bundle's version, as the manifest has it
 * @param sha256 of the jar's bytes, 64 lower-case hexadecimal digits
 * @param storedJar the jar in the store; kept for as long as the store is, so that a replay finds it
 */
public record Origin(String symbolicName, String version, String sha256, Path storedJar) {}
