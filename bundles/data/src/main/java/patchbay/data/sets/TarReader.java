package patchbay.data.sets;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import patchbay.data.sets.TarEntry.Kind;

/**
 * Reads a tar archive front to back: ustar and pax (POSIX.1-2001), and GNU's long names. The libraries that read tar bring five bundles of 3 MB for these
 * lines.
 */
final class TarReader {

    private static final int BLOCK = 512;
    private static final int SUM = 148;
    private static final int LONGEST_NAME = 1 << 16;

    private final InputStream archive;
    private Limited last; // contents of the entry before
    private long padding;

    TarReader(InputStream archive) {
        this.archive = archive;
        this.last = new Limited(archive, 0);
    }

    /** The next file, folder or other thing; empty at the end. */
    Optional<TarEntry> next() throws IOException {
        var longName = Optional.<String>empty();
        var longSize = Optional.<Long>empty();
        while (true) {
            last.skipNBytes(last.left);
            archive.skipNBytes(padding);
            var head = archive.readNBytes(BLOCK);
            if (head.length == 0 || isEnd(head)) {
                return Optional.empty();
            }
            if (head.length < BLOCK) {
                throw new EOFException("the archive ends early");
            }
            checkSum(head);
            long size = longSize.orElse(number(head, 124, 12));
            if (size < 0) {
                throw new IOException("the archive declares a file of " + size + " bytes");
            }
            var contents = new Limited(archive, size);
            last = contents;
            padding = (BLOCK - size % BLOCK) % BLOCK;
            switch (head[156]) {
                case 'L' -> longName = Optional.of(text(contents, size).split("\0", 2)[0]);
                case 'x' -> {
                    var attributes = text(contents, size);
                    longName = attribute(attributes, "path");
                    var digits = attribute(attributes, "size");
                    longSize = digits.isPresent() ? Optional.of(number(digits.get(), 10)) : Optional.empty();
                }
                case 'g', 'K' -> { } // of all files, of a link
                default -> {
                    var name = longName.orElseGet(() -> name(head)).replaceFirst("^(\\./)+", "");
                    return Optional.of(new TarEntry(name, kind(head[156], name), size, contents));
                }
            }
        }
    }

    private static boolean isEnd(byte[] head) {
        for (byte b : head) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkSum(byte[] head) throws IOException {
        long sum = 0;
        for (int i = 0; i < head.length; i++) {
            sum += i >= SUM && i < SUM + 8 ? ' ' : head[i] & 0xff;
        }
        if (sum != number(head, SUM, 8)) {
            throw new IOException("the archive is broken: a check sum is wrong");
        }
    }

    /** Octal digits, or, from the highest bit on, GNU's binary for large ones. */
    private static long number(byte[] head, int at, int width) throws IOException {
        long number = 0;
        if (head[at] < 0) {
            for (int i = at + width - Long.BYTES; i < at + width; i++) {
                number = number << 8 | head[i] & 0xff;
            }
            return number;
        }
        var digits = string(head, at, width).strip();
        return digits.isEmpty() ? 0 : number(digits, 8);
    }

    private static long number(String digits, int radix) throws IOException {
        try {
            return Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            throw new IOException("the archive is broken: '" + digits + "' is no number", e);
        }
    }

    private static String string(byte[] head, int at, int width) {
        int end = at;
        while (end < at + width && head[end] != 0) {
            end++;
        }
        return new String(head, at, end - at, StandardCharsets.UTF_8);
    }

    private static String name(byte[] head) {
        var prefix = string(head, 257, 6).equals("ustar") ? string(head, 345, 155) : "";
        return prefix.isEmpty() ? string(head, 0, 100) : prefix + "/" + string(head, 0, 100);
    }

    private static Kind kind(byte type, String name) {
        return switch (type) {
            case '0', 0, '7' -> name.endsWith("/") ? Kind.FOLDER : Kind.FILE;
            case '5' -> Kind.FOLDER;
            default -> Kind.OTHER;
        };
    }

    private static String text(InputStream contents, long size) throws IOException {
        if (size > LONGEST_NAME) {
            throw new IOException("the archive has a name of " + size + " bytes");
        }
        return new String(contents.readNBytes((int) size), StandardCharsets.UTF_8);
    }

    /** Of pax's lines, each of the form {@code 27 path=some/where}. */
    private static Optional<String> attribute(String lines, String key) {
        return lines.lines().map(line -> line.substring(line.indexOf(' ') + 1)).filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1)).reduce((_, later) -> later);
    }

    /** The next {@code left} bytes of the archive. */
    private static final class Limited extends InputStream {

        private final InputStream archive;
        private long left;

        Limited(InputStream archive, long left) {
            this.archive = archive;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = archive.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the archive ends early");
            }
            left -= count;
            return count;
        }
    }
}
