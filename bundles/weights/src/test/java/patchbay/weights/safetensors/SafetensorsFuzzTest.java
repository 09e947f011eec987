package patchbay.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

/** Whatever bytes a file holds: it is read, or refused with a {@link UserError}; nothing else, and soon. */
class SafetensorsFuzzTest {

    private static final int MUTANTS = 6000;
    private static final String[] PIECES = {"0", "9", "-", "[", "]", "{", "}", ",", "\"", "null", "F32", "I64", "1e9", "9223372036854775807",
        "18446744073709551616", "\"shape\":[0]", "__metadata__", "\\u0000", "\u00ff", " "};

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutantsAreReadOrRefused() throws IOException {
        var file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, List.of(
                HostTensor.of("layers.0.weight", new int[] {2, 3}, new float[6]),
                HostTensor.of("step", new int[] {1}, new int[] {7}),
                new HostTensor("bytes", Dtype.U8, List.of(3L), new byte[3])), Map.of("k", "v"));
        var original = Files.readAllBytes(file);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            var mutant = original;
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                mutant = mutate(mutant, random);
            }
            Files.write(file, mutant);
            refused += refused(file) ? 1 : 0;
        }
        assertTrue(refused > MUTANTS / 2 && refused < MUTANTS, refused + " of " + MUTANTS + " refused: both ways are tried");
    }

    /** Any exception but a UserError, and any Error, ends the test. */
    private static boolean refused(Path file) {
        try (var read = SafetensorsFile.open(file)) {
            read.all();
            return false;
        } catch (UserError e) {
            return true;
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return new byte[] {1};
        }
        int at = random.nextInt(bytes.length);
        var copy = bytes.clone();
        return switch (random.nextInt(6)) {
            case 0 -> {
                copy[at] ^= (byte) (1 << random.nextInt(8));
                yield copy;
            }
            case 1 -> {
                copy[random.nextInt(Math.min(8, bytes.length))] = (byte) random.nextInt(256); // the header's length
                yield copy;
            }
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> splice(bytes, at, 0, PIECES[random.nextInt(PIECES.length)]);
            case 4 -> splice(bytes, at, Math.min(bytes.length - at, 1 + random.nextInt(4)), PIECES[random.nextInt(PIECES.length)]);
            default -> {
                for (int i = 8; i < copy.length; i++) { // another digit for one of the header's
                    int place = (at + i) % copy.length;
                    if (copy[place] >= '0' && copy[place] <= '9') {
                        copy[place] = (byte) ('0' + random.nextInt(10));
                        break;
                    }
                }
                yield copy;
            }
        };
    }

    /** Puts text in the place of some bytes and corrects the header's length, so that the parser is reached. */
    private static byte[] splice(byte[] bytes, int at, int removed, String text) {
        var piece = text.getBytes(StandardCharsets.ISO_8859_1);
        var spliced = new byte[bytes.length - removed + piece.length];
        System.arraycopy(bytes, 0, spliced, 0, at);
        System.arraycopy(piece, 0, spliced, at, piece.length);
        System.arraycopy(bytes, at + removed, spliced, at + piece.length, bytes.length - at - removed);
        if (at >= 8) {
            int length = (spliced[0] & 0xff) + ((spliced[1] & 0xff) << 8) + piece.length - removed;
            spliced[0] = (byte) length;
            spliced[1] = (byte) (length >> 8);
        }
        return spliced;
    }
}
