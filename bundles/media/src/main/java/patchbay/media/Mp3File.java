package patchbay.media;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.BitstreamException;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.DecoderException;
import javazoom.jl.decoder.Obuffer;

/** MP3, decoded by JLayer, which is given the frames and none of the tags around them. */
final class Mp3File {

    private static final float FULL_SCALE = 32_768;

    private Mp3File() {
    }

    static Sound read(byte[] file, Limits limits) throws IOException {
        var frames = Mp3Frames.of(ByteBuffer.wrap(file));
        int channels = frames.header().channels();
        int samples = frames.header().samples();
        limits.checkSamples((long) frames.count() * samples * channels);
        var list = new SampleList(channels, limits);
        var output = new Output(list, channels, samples);
        var decoder = new Decoder();
        decoder.setOutputBuffer(output);
        var stream = new Bitstream(new ByteArrayInputStream(file, frames.first(), frames.end() - frames.first()));
        try {
            for (int i = 0; i < frames.count(); i++) {
                var header = stream.readFrame();
                if (header == null) {
                    throw new IOException("it ends early: %,d frames of %,d".formatted(i, frames.count()));
                }
                output.begin();
                decoder.decodeFrame(header, stream);
                stream.closeFrame();
            }
        } catch (BitstreamException | DecoderException e) {
            throw new IOException(e.getMessage(), e);
        }
        return list.sound(frames.header().rate(), frames.delay(), list.length() - frames.padding());
    }

    /** Takes a frame's samples, 32 at a time of one channel. */
    private static final class Output extends Obuffer {

        private final SampleList list;
        private final int samples;
        private final int[] next;

        Output(SampleList list, int channels, int samples) {
            this.list = list;
            this.samples = samples;
            this.next = new int[channels];
        }

        /** Makes room for a frame. */
        void begin() throws IOException {
            Arrays.fill(next, list.length());
            list.grow(samples);
        }

        @Override
        public void append(int channel, short sample) {
            list.set(channel, next[channel]++, sample / FULL_SCALE);
        }

        @Override
        public void appendSamples(int channel, float[] values) { // not cut to 16 bits
            for (var value : values) {
                list.set(channel, next[channel]++, value / FULL_SCALE);
            }
        }

        @Override
        public void write_buffer(int value) { }

        @Override
        public void close() { }

        @Override
        public void clear_buffer() { }

        @Override
        public void set_stop_flag() { }
    }
}
