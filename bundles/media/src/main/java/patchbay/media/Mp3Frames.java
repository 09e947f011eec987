package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The frames of an MP3 (ISO 11172-3 and 13818-3), which follow one another without a gap.
 *
 * @param first offset of the first frame that has sound
 * @param end offset after the last frame
 * @param count frames that have sound
 * @param header of the first
 * @param delay samples that the encoder put before the sound, and the decoder does; 0 if the file does not tell
 * @param padding samples that the encoder put after the sound
 */
record Mp3Frames(int first, int end, int count, Mp3Header header, int delay, int padding) {

    private static final int TAG_HEAD = 10;
    private static final int OLD_TAG = 128;
    private static final int DECODER_DELAY = 529;
    private static final int XING = 8 + 4 + 4 + 100 + 4; // with all that it may have
    private static final int LAME_DELAY = 21; // after Xing's part

    static Mp3Frames of(ByteBuffer file) throws IOException {
        int at = afterTags(file);
        int begin = at;
        int end = withoutTags(file);
        var header = Mp3Header.of(file.getInt(at));
        int delay = 0;
        int padding = 0;
        int declared = 0;
        int facts = header.facts(file, at);
        if (facts > 0) { // a first frame without sound
            declared = (file.getInt(facts + 4) & 1) != 0 ? file.getInt(facts + 8) : 0;
            if (file.getInt(facts + 4) == 0xf && facts + XING + LAME_DELAY + 3 <= Math.min(end, at + header.size())) {
                int both = file.getInt(facts + XING + LAME_DELAY) >>> 8;
                delay = both == 0 ? 0 : (both >> 12) + DECODER_DELAY;
                padding = Math.max(0, (both & 0xfff) - DECODER_DELAY);
            }
            begin += header.size();
            at = begin;
        }
        int count = 0;
        while (at + Integer.BYTES <= end) {
            var next = Mp3Header.of(file.getInt(at));
            if (!next.joins(header)) {
                throw new IOException("at byte %d its rate or its channels change".formatted(at));
            }
            if (next.size() > end - at) {
                throw new IOException("it ends early, inside of a frame");
            }
            at += next.size();
            count++;
        }
        if (count == 0 || count < declared || at != end) {
            throw new IOException("it ends early, after %,d frames".formatted(count));
        }
        return new Mp3Frames(begin, end, count, header, delay, padding);
    }

    /** Past an ID3v2 tag and the zeros that may follow it. */
    private static int afterTags(ByteBuffer file) throws IOException {
        int at = 0;
        while (text(file, at, "ID3")) {
            int sizes = file.getInt(at + 6); // four times seven bits
            int footer = (file.get(at + 5) & 0x10) != 0 ? TAG_HEAD : 0;
            long next = (long) at + TAG_HEAD + footer + (sizes >>> 24 << 21 | (sizes >>> 16 & 0x7f) << 14 | (sizes >>> 8 & 0x7f) << 7 | sizes & 0x7f);
            if (next >= file.limit()) {
                throw new IOException("its tag declares %,d bytes, and has %,d".formatted(next - at, file.limit() - at));
            }
            at = (int) next;
        }
        while (file.get(at) == 0) {
            at++;
        }
        return at;
    }

    /** Before an ID3v1 tag, and an APE tag before that. */
    private static int withoutTags(ByteBuffer file) {
        int end = file.limit();
        if (end >= OLD_TAG && text(file, end - OLD_TAG, "TAG")) {
            end -= OLD_TAG;
        }
        int footer = 32;
        if (end >= footer && text(file, end - footer, "APETAGEX")) {
            int size = Integer.reverseBytes(file.getInt(end - footer + 12)) + ((file.get(end - footer + 23) & 0x80) != 0 ? footer : 0);
            end -= Math.clamp(size, footer, end);
        }
        return end;
    }

    private static boolean text(ByteBuffer file, int at, String text) {
        return at + text.length() <= file.limit() && StandardCharsets.ISO_8859_1.decode(file.slice(at, text.length())).toString().equals(text);
    }
}
