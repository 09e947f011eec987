package patchbay.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/** A format, told by a file's first bytes, whatever the file is called. */
public enum MediaType {

    PNG("PNG", Kind.PICTURE),
    JPEG("JPEG", Kind.PICTURE),
    GIF("GIF", Kind.PICTURE),
    WEBP("WebP", Kind.PICTURE),
    WAV("WAV", Kind.SOUND),
    FLAC("FLAC", Kind.SOUND),
    VORBIS("Ogg Vorbis", Kind.SOUND),
    MP3("MP3", Kind.SOUND);

    /** What a format holds. */
    public enum Kind {
        PICTURE, SOUND;

        private String noun() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int OGG_PAGE_HEAD = 28; // a first page has one segment
    private static final int SHOWN = 8;

    private final String title;
    private final Kind kind;

    MediaType(String title, Kind kind) {
        this.title = title;
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The format's own name: {@code Ogg Vorbis}. */
    @Override
    public String toString() {
        return title;
    }

    /** @throws UserError if the file begins like none of the formats, in a line that names {@code name} and the formats */
    public static MediaType of(byte[] file, String name) {
        if (starts(file, 0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (starts(file, 0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (starts(file, 0, "GIF87a") || starts(file, 0, "GIF89a")) {
            return GIF;
        }
        if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
            return WEBP;
        }
        if (starts(file, 0, "RIFF") && starts(file, 8, "WAVE")) {
            return WAV;
        }
        if (starts(file, 0, "fLaC")) {
            return FLAC;
        }
        if (starts(file, 0, "OggS") && starts(file, OGG_PAGE_HEAD, "\u0001vorbis")) {
            return VORBIS;
        }
        if (starts(file, 0, "ID3") || file.length >= Integer.BYTES && Mp3Header.is(ByteBuffer.wrap(file).getInt(0))) {
            return MP3;
        }
        var begin = file.length == 0 ? "it is empty"
                : "it begins with " + HexFormat.ofDelimiter(" ").formatHex(file, 0, Math.min(SHOWN, file.length));
        throw new UserError(name + " is no picture or sound that can be read: " + begin + "; there are: " + list(Kind.PICTURE) + ", " + list(Kind.SOUND));
    }

    /** As {@link #of(byte[], String)}, for who needs one of a kind. */
    static MediaType of(byte[] file, String name, Kind kind) {
        var type = of(file, name);
        if (type.kind != kind) {
            throw new UserError(name + " is " + type + ", which is a " + type.kind.noun() + "; a " + kind.noun() + " is one of: " + list(kind));
        }
        return type;
    }

    private static boolean starts(byte[] file, int at, String latin) {
        var bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
        return file.length >= at + bytes.length && Arrays.equals(file, at, at + bytes.length, bytes, 0, bytes.length);
    }

    private static String list(Kind kind) {
        return Arrays.stream(values()).filter(type -> type.kind == kind).map(MediaType::toString).collect(Collectors.joining(", "));
    }
}
