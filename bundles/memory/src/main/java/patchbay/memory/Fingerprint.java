package patchbay.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import patchbay.model.Building;
import patchbay.model.FarRows;
import patchbay.tensor.Variables;

/** Tells models with other weights apart: rows that one of them wrote mean nothing to another. */
final class Fingerprint {

    private Fingerprint() {}

    /** SHA-256 of the names and values of a model's weights, in hexadecimal. */
    static String of(Variables variables) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var name : variables.names().stream().filter(name -> isWeight(variables, name)).sorted().toList()) {
                var floats = new float[variables.type(name).size()];
                variables.read(name, floats);
                var bytes = ByteBuffer.allocate(floats.length * Float.BYTES);
                bytes.asFloatBuffer().put(floats);
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static boolean isWeight(Variables variables, String name) {
        return !name.startsWith(Building.CACHE) && !name.startsWith(FarRows.FAR) && variables.type(name).dtype().isFloat();
    }
}
