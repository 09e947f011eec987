package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks through the setup header (Vorbis I specification, 4.2.4) up to the residues, for what it declares of sizes: codebooks of 2^24 entries in a few
 * bytes, numbers of partitions to the power of a dimension. The bounds are those of the specification's reference decoder. What follows, mappings and
 * modes, has no sizes.
 */
final class VorbisSetup {

    private static final int HEAD = 7;
    private static final int BOOK_MARK = 0x564342;
    private static final int BOOK_BITS = 24;
    private static final int LONGEST_WORD = 32;

    /** What residues need to know of a codebook. */
    private record Book(int dimensions, int entries) {}

    private final ByteBuffer packet;
    private long bit;

    private VorbisSetup(ByteBuffer packet) {
        this.packet = packet;
        this.bit = 8L * HEAD;
    }

    /** @param values the most that a block has, of all channels together */
    static void check(ByteBuffer packet, int values) throws IOException {
        new VorbisSetup(packet).check(values);
    }

    private void check(int values) throws IOException {
        var books = new Book[read(8) + 1];
        for (int i = 0; i < books.length; i++) {
            books[i] = book();
        }
        for (int times = read(6) + 1; times > 0; times--) {
            require(read(16) == 0, "a time domain transform that there is not");
        }
        for (int floors = read(6) + 1; floors > 0; floors--) {
            switch (read(16)) {
                case 0 -> lineSpectralFloor();
                case 1 -> piecewiseFloor();
                default -> throw new IOException("it declares a floor of a type that there is not");
            }
        }
        for (int residues = read(6) + 1; residues > 0; residues--) {
            residue(books, values);
        }
    }

    private Book book() throws IOException {
        require(read(24) == BOOK_MARK, "a codebook that does not begin like one");
        int dimensions = read(16);
        int entries = read(24);
        require(dimensions > 0 && entries > 0 && bits(dimensions) + bits(entries) <= BOOK_BITS,
                "a codebook of %,d entries with %,d dimensions".formatted(entries, dimensions));
        if (read(1) == 1) { // ordered: how many entries have words of each length
            int length = read(5) + 1;
            for (int entry = 0; entry < entries; length++) {
                entry += read(bits(entries - entry));
                require(entry <= entries && length <= LONGEST_WORD, "a codebook with more words than entries");
            }
        } else {
            boolean sparse = read(1) == 1;
            for (int entry = 0; entry < entries; entry++) {
                if (!sparse || read(1) == 1) {
                    skip(5);
                }
            }
        }
        int type = read(4);
        require(type <= 2, "a codebook of a type that there is not");
        if (type > 0) {
            skip(64); // the least value and the step between values
            int width = read(4) + 1;
            skip(1);
            skip((long) width * (type == 1 ? latticeValues(entries, dimensions) : entries * dimensions));
        }
        return new Book(dimensions, entries);
    }

    /** The greatest number whose power of {@code dimensions} is no more than {@code entries}: specification, 9.2.3. */
    private static int latticeValues(int entries, int dimensions) {
        int values = (int) Math.floor(Math.pow(entries, 1.0 / dimensions)) + 1; // one more than may be, for the rounding of the root
        while (!powerWithin(values, dimensions, entries)) {
            values--;
        }
        return values;
    }

    private static boolean powerWithin(int base, int exponent, int bound) {
        long power = 1;
        for (int i = 0; i < exponent && power <= bound; i++) {
            power *= base;
        }
        return power <= bound;
    }

    private void lineSpectralFloor() throws IOException {
        skip(8 + 16 + 16 + 6 + 8);
        skip(8L * (read(4) + 1));
    }

    private void piecewiseFloor() throws IOException {
        var classes = new int[read(5)];
        int greatest = -1;
        for (int i = 0; i < classes.length; i++) {
            classes[i] = read(4);
            greatest = Math.max(greatest, classes[i]);
        }
        var dimensions = new int[greatest + 1];
        for (int i = 0; i <= greatest; i++) {
            dimensions[i] = read(3) + 1;
            int subclasses = read(2);
            skip((subclasses > 0 ? 8 : 0) + (8L << subclasses));
        }
        skip(2);
        int width = read(4);
        for (int i : classes) {
            skip((long) width * dimensions[i]);
        }
    }

    private void residue(Book[] books, int values) throws IOException {
        require(read(16) <= 2, "a residue of a type that there is not");
        int begin = read(24);
        int end = read(24);
        require(begin <= end && end <= values, "a residue from %,d to %,d of %,d values".formatted(begin, end, values));
        skip(24);
        int classifications = read(6) + 1;
        int number = read(8);
        require(number < books.length, "codebook %d of %d".formatted(number, books.length));
        require(powerWithin(classifications, books[number].dimensions, books[number].entries), "more partitions than its codebook has");
        int following = 0;
        for (int i = 0; i < classifications; i++) {
            following += Integer.bitCount(read(3));
            if (read(1) == 1) {
                following += Integer.bitCount(read(5));
            }
        }
        skip(8L * following);
    }

    /** The number of bits that {@code number} is written with: specification, 9.2.1. */
    private static int bits(int number) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(number);
    }

    /** At most 24 bits, the lowest first. */
    private int read(int width) throws IOException {
        long start = bit;
        skip(width);
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (packet.get((int) (start + i >> 3)) >> (int) (start + i & 7) & 1) << i;
        }
        return value;
    }

    private void skip(long width) throws IOException {
        bit += width;
        require(bit <= 8L * packet.limit(), "more than it has");
    }

    private static void require(boolean right, String what) throws IOException {
        if (!right) {
            throw new IOException("its setup declares " + what);
        }
    }
}
