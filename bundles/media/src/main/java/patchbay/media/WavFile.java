package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import patchbay.media.Riff.Chunk;

/**
 * WAV (Microsoft and IBM, 1991; WAVEFORMATEXTENSIBLE 2001; ITU-T G.711). The JDK's reader is found by a search of all class paths and believes
 * the lengths that it is told, so this is read here.
 */
final class WavFile {

    private static final int INTEGERS = 1;
    private static final int FLOATS = 3;
    private static final int A_LAW = 6;
    private static final int MU_LAW = 7;
    private static final int EXTENSIBLE = 0xfffe;

    private WavFile() {
    }

    static Sound read(byte[] bytes, Limits limits) throws IOException {
        var file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        var chunks = Riff.chunks(file);
        int format = chunk(chunks, "fmt ").offset();
        var data = chunk(chunks, "data");
        int encoding = Short.toUnsignedInt(file.getShort(format));
        if (encoding == EXTENSIBLE) {
            encoding = Short.toUnsignedInt(file.getShort(format + 24));
        }
        int channels = Short.toUnsignedInt(file.getShort(format + 2));
        long rate = Integer.toUnsignedLong(file.getInt(format + 4));
        int bits = Short.toUnsignedInt(file.getShort(format + 14));
        SoundReader.check(channels, rate);
        var sample = sample(encoding, bits);
        int size = bits / 8;
        int length = data.length() / (size * channels);
        limits.checkSamples((long) length * channels);
        var list = new SampleList(channels, limits);
        list.grow(length);
        for (int i = 0; i < length; i++) {
            for (int channel = 0; channel < channels; channel++) {
                list.set(channel, i, sample.at(file, data.offset() + (i * channels + channel) * size));
            }
        }
        return list.sound((int) rate, 0, length);
    }

    private static Chunk chunk(Iterable<Chunk> chunks, String name) throws IOException {
        for (var chunk : chunks) {
            if (chunk.name().equals(name)) {
                return chunk;
            }
        }
        throw new IOException("it has no chunk '" + name + "'");
    }

    private interface Sample {
        float at(ByteBuffer file, int offset);
    }

    private static Sample sample(int encoding, int bits) throws IOException {
        if (encoding == INTEGERS) {
            switch (bits) {
                case 8: return (file, at) -> ((file.get(at) & 0xff) - 128) / 128f; // the only one without a sign
                case 16: return (file, at) -> file.getShort(at) / 32_768f;
                case 24: return (file, at) -> (file.getShort(at) & 0xffff | file.get(at + 2) << 16) / 8_388_608f;
                case 32: return (file, at) -> file.getInt(at) / 2_147_483_648f;
                default: break;
            }
        } else if (encoding == FLOATS && bits == 32) {
            return (file, at) -> finite(file.getFloat(at));
        } else if (encoding == FLOATS && bits == 64) {
            return (file, at) -> finite((float) file.getDouble(at));
        } else if (encoding == A_LAW && bits == 8) {
            return (file, at) -> aLaw(file.get(at));
        } else if (encoding == MU_LAW && bits == 8) {
            return (file, at) -> muLaw(file.get(at));
        }
        throw new IOException("its samples are of the encoding %d with %d bits; there are: integers (1) of 8, 16, 24 or 32, floats (3) of 32 or 64, A-law (6) and µ-law (7) of 8"
                .formatted(encoding, bits));
    }

    private static float finite(float sample) {
        if (!Float.isFinite(sample)) {
            throw new IllegalArgumentException("one of its samples is " + sample);
        }
        return sample;
    }

    /** G.711, table 1: a sign, three bits of exponent, four of mantissa, every second bit turned over. */
    private static float aLaw(byte code) {
        int bits = code ^ 0x55;
        int exponent = bits >> 4 & 7;
        int mantissa = (bits & 0xf) << 4 | 8;
        int size = exponent == 0 ? mantissa : (mantissa | 0x100) << exponent - 1;
        return ((bits & 0x80) != 0 ? size : -size) / 32_768f;
    }

    /** G.711, table 2: the same with all bits turned over, and steps that begin at 33. */
    private static float muLaw(byte code) {
        int bits = ~code;
        int size = ((bits & 0xf) << 3 | 0x84) << (bits >> 4 & 7);
        return ((bits & 0x80) == 0 ? size - 0x84 : 0x84 - size) / 32_768f;
    }
}
