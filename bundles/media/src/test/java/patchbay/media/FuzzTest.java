package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.tensor.UserError;

/** Files with some bytes changed, cut out, repeated or cut off: each is read or refused in one line, in time and within its limits. */
class FuzzTest {

    private static final int MUTATIONS = 10_000;
    private static final Duration ALL = Duration.ofSeconds(60);
    private static final Limits LIMITS = new Limits(1 << 16, 1 << 20, 1 << 20);

    @ParameterizedTest
    @EnumSource
    void tenThousandMutations(MediaType type) {
        var whole = Samples.of(type);
        var random = new SplittableRandom(17 + type.ordinal());
        var outcomes = new int[2];
        Assertions.assertTimeoutPreemptively(ALL, () -> {
            for (int i = 0; i < MUTATIONS; i++) {
                var file = mutate(whole, random);
                if (type == MediaType.VORBIS && i % 2 == 0) {
                    Samples.repairPages(file); // or a wrong check sum would be all that is ever found
                }
                try {
                    read(type, file);
                    outcomes[0]++;
                } catch (UserError e) {
                    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                    outcomes[1]++;
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("mutation " + i + " of " + type, e);
                }
            }
        });
        assertTrue(outcomes[0] > 0 && outcomes[1] > MUTATIONS / 10, outcomes[0] + " read, " + outcomes[1] + " refused");
    }

    private static void read(MediaType type, byte[] file) {
        switch (type.kind()) {
            case PICTURE -> {
                var frames = new PictureReader(LIMITS).frames(file, "x");
                assertTrue(frames.stream().mapToLong(frame -> (long) frame.width() * frame.height()).sum() <= LIMITS.pixels());
            }
            case SOUND -> {
                var sound = new SoundReader(LIMITS).read(file, "x");
                assertTrue((long) sound.length() * sound.channels().length <= LIMITS.samples());
            }
        }
    }

    private static byte[] mutate(byte[] whole, SplittableRandom random) {
        var file = whole.clone();
        int at = random.nextInt(file.length);
        switch (random.nextInt(8)) {
            case 0 -> file = Arrays.copyOf(file, at);
            case 1 -> { // without a part
                int length = random.nextInt(1, 1 + Math.min(64, file.length - at));
                System.arraycopy(whole, at + length, file, at, file.length - at - length);
                file = Arrays.copyOf(file, file.length - length);
            }
            case 2 -> { // a part twice
                int length = random.nextInt(1, 1 + Math.min(64, file.length - at));
                file = Arrays.copyOf(file, file.length + length);
                System.arraycopy(whole, at, file, at + length, whole.length - at);
            }
            case 3 -> Arrays.fill(file, at, at + Math.min(file.length - at, random.nextInt(1, 9)), (byte) (random.nextBoolean() ? 0xff : 0));
            default -> {
                for (int i = random.nextInt(1, 9); i > 0; i--) { // most in the first bytes, where the sizes are
                    int place = random.nextInt(random.nextBoolean() ? Math.min(64, file.length) : file.length);
                    file[place] = (byte) (random.nextBoolean() ? file[place] ^ 1 << random.nextInt(8) : random.nextInt(256));
                }
            }
        }
        return file;
    }
}
