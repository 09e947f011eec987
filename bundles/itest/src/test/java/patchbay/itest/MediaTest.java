package patchbay.itest;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.util.HexFormat;
import org.junit.Test;
import patchbay.media.Limits;
import patchbay.media.PictureReader;
import patchbay.media.SoundReader;

/** Decoders inside of a bundle: they find their classes and tables there, and the JDK's there too. */
public class MediaTest extends PlatformTest {

    private static final String WEBP = "524946463a000000574542505650384c2d0000002f17c0030009802006fc0f9b88e87f6a011084ff6d1311fd4f8148dba60eeedff1e0e1280c504c00550fd47f0200";
    private static final String GIF = "47494638396101000100800000ff00000000002c00000000010001000002024401003b";
    private static final int FRAME = 72; // of layer III at 8 kHz and 8 kbit a second

    @Test
    public void picturesAreRead() {
        var pictures = new PictureReader(Limits.standard());
        var gradient = pictures.read(HexFormat.of().parseHex(WEBP), "gradient");
        assertEquals(24, gradient.width());
        assertEquals((byte) 230, gradient.pixels()[4 * 23]);
        assertArrayEquals(new byte[] {(byte) 255, 0, 0, (byte) 255}, pictures.read(HexFormat.of().parseHex(GIF), "red").pixels());
    }

    @Test
    public void soundsAreRead() {
        var silence = new byte[3 * FRAME];
        for (int frame = 0; frame < silence.length; frame += FRAME) {
            System.arraycopy(HexFormat.of().parseHex("ffe318c0"), 0, silence, frame, 4);
        }
        var sound = new SoundReader(Limits.standard()).read(silence, "silence");
        assertEquals(8_000, sound.rate());
        assertArrayEquals(new float[3 * 576], sound.channels()[0], 1e-6f);
    }
}
