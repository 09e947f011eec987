package patchbay.media;

import com.jcraft.jogg.Packet;
import com.jcraft.jorbis.Block;
import com.jcraft.jorbis.Comment;
import com.jcraft.jorbis.DspState;
import com.jcraft.jorbis.Info;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Ogg Vorbis (Vorbis I specification), decoded by JOrbis, whose headers are checked before, and which is given an empty one for the comments. */
final class VorbisFile {

    private static final int IDENTIFICATION = 30;
    private static final int SMALLEST_BLOCK = 6; // powers of two
    private static final int LARGEST_BLOCK = 13;
    private static final byte[] NO_COMMENTS = "\u0003vorbis\0\0\0\0\0\0\0\0\u0001".getBytes(StandardCharsets.ISO_8859_1);

    private final Info info = new Info();
    private final DspState state = new DspState();
    private final SampleList list;

    private VorbisFile(OggPackets packets, Limits limits) throws IOException {
        info.init();
        var comment = new Comment();
        comment.init();
        var identification = bytes(header(packets, 1)).order(ByteOrder.LITTLE_ENDIAN);
        if (identification.limit() < IDENTIFICATION) {
            throw new IOException("its first header ends early");
        }
        int channels = identification.get(11) & 0xff;
        SoundReader.check(channels, Integer.toUnsignedLong(identification.getInt(12)));
        int small = identification.get(28) & 0xf;
        int large = identification.get(28) >> 4 & 0xf;
        if (small < SMALLEST_BLOCK || large < small || large > LARGEST_BLOCK) {
            throw new IOException("it declares blocks of 2^%d and 2^%d samples".formatted(small, large));
        }
        accept(comment, packet(identification));
        header(packets, 3);
        accept(comment, packet(ByteBuffer.wrap(NO_COMMENTS)));
        var setup = bytes(header(packets, 5));
        VorbisSetup.check(setup, channels << large);
        accept(comment, packet(setup));
        list = new SampleList(channels, limits);
    }

    static Sound read(byte[] file, Limits limits) throws IOException {
        var packets = new OggPackets(file);
        return new VorbisFile(packets, limits).decode(packets);
    }

    private static Packet header(OggPackets packets, int type) throws IOException {
        var packet = packets.next().orElseThrow(() -> new IOException("it has no sound"));
        if (packet.bytes < 7 || packet.packet_base[packet.packet] != type
                || !new String(packet.packet_base, packet.packet + 1, 6, StandardCharsets.ISO_8859_1).equals("vorbis")) {
            throw new IOException("its header %d is missing".formatted(type));
        }
        return packet;
    }

    private static ByteBuffer bytes(Packet packet) {
        return ByteBuffer.wrap(packet.packet_base, packet.packet, packet.bytes).slice();
    }

    private static Packet packet(ByteBuffer bytes) {
        var packet = new Packet();
        packet.packet_base = bytes.array();
        packet.packet = bytes.arrayOffset();
        packet.bytes = bytes.limit();
        packet.b_o_s = bytes.get(0) == 1 ? 1 : 0;
        return packet;
    }

    private void accept(Comment comment, Packet packet) throws IOException {
        if (info.synthesis_headerin(comment, packet) != 0) {
            throw new IOException("one of its headers is broken");
        }
    }

    private Sound decode(OggPackets packets) throws IOException {
        state.synthesis_init(info);
        var block = new Block(state);
        for (var packet = packets.next(); packet.isPresent(); packet = packets.next()) {
            if (packet.get().bytes > 0) {
                if (block.synthesis(packet.get()) != 0) {
                    throw new IOException("one of its packets is no sound");
                }
                state.synthesis_blockin(block);
                take();
            }
        }
        long length = packets.position();
        return list.sound(info.rate, 0, length > 0 && length < list.length() ? (int) length : list.length());
    }

    /** What the last block has completed. */
    private void take() throws IOException {
        var samples = new float[1][][]; // [1, channels, …]
        var starts = new int[info.channels];
        for (int count = state.synthesis_pcmout(samples, starts); count > 0; count = state.synthesis_pcmout(samples, starts)) {
            int length = list.length();
            list.grow(count);
            for (int channel = 0; channel < info.channels; channel++) {
                for (int i = 0; i < count; i++) {
                    list.set(channel, length + i, samples[0][channel][starts[channel] + i]);
                }
            }
            state.synthesis_read(count);
        }
    }
}
