package patchbay.lab.record;

import com.fasterxml.jackson.core.JacksonException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import patchbay.tensor.UserError;

/**
 * The append-only file of what the routers of a run selected in training: first a line of JSON that says what data it is about
 * ({@link Header}), then a frame a micro-batch: its length in bytes, the step (of the first, 1) and the micro-batch as big-endian
 * integers of 4, 8 and 4 bytes, and its selections, one byte an index where that is enough and else four, compressed (zlib).
 */
public final class RoutingRecord implements AutoCloseable {

    /** Bytes of a frame before its selections. */
    private static final int PREFIX = 16;

    /**
     * What a record is about. Another run can follow it if it computes the same batches with as many choices a token.
     *
     * @param run whose it is
     * @param data SHA-256 of the data
     * @param seed that the batches are drawn from
     */
    public record Header(String run, String data, long seed, int batch, int accumulate, int context, int k) {

        /** What keeps {@code other} from following this record, in a few words; empty if nothing does. */
        Optional<String> mismatch(Header other) {
            var pairs = new LinkedHashMap<String, Object[]>();
            pairs.put("data", new Object[] {data, other.data});
            pairs.put("seed", new Object[] {seed, other.seed});
            pairs.put("training.batch", new Object[] {batch, other.batch});
            pairs.put("training.accumulate", new Object[] {accumulate, other.accumulate});
            pairs.put("model.context", new Object[] {context, other.context});
            pairs.put("model.k", new Object[] {k, other.k});
            return pairs.entrySet().stream().filter(pair -> !pair.getValue()[0].equals(pair.getValue()[1])).findFirst()
                    .map(pair -> pair.getKey() + " was " + pair.getValue()[0] + " there and is " + pair.getValue()[1] + " here");
        }
    }

    /**
     * What one router selected in a micro-batch.
     *
     * @param experts among how many
     * @param choices [rows, width], −1 for none
     */
    public record Selection(int rows, int width, int experts, int[] choices) {}

    private final Header header;
    private final RandomAccessFile file;
    /** Where the frames of a step begin, in the order of its micro-batches. */
    private final TreeMap<Long, TreeMap<Integer, Long>> frames = new TreeMap<>();
    private long end;

    private RoutingRecord(Path path, String mode) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), mode);
        try {
            var line = Optional.ofNullable(file.readLine()).orElse("");
            this.header = Json.MAPPER.readValue(line, Header.class);
            index();
        } catch (JacksonException malformed) {
            file.close();
            throw new UserError(path + ": is no record of a routing: " + malformed.getMessage().lines().findFirst().orElse(""), malformed);
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    /** A torn last frame does not count. */
    private void index() throws IOException {
        end = file.getFilePointer();
        long size = file.length();
        while (end + PREFIX <= size) {
            file.seek(end);
            int length = file.readInt();
            if (length < 0 || end + PREFIX + length > size) {
                return;
            }
            frames.computeIfAbsent(file.readLong(), _ -> new TreeMap<>()).put(file.readInt(), end);
            end += PREFIX + length;
        }
    }

    /**
     * Opens a record to go on with, or a new one.
     *
     * @throws UserError if what is there is about something else
     */
    public static RoutingRecord append(Path path, Header header) {
        try {
            if (!Files.exists(path)) {
                Files.writeString(path, Json.MAPPER.writeValueAsString(header) + "\n");
            }
            var record = new RoutingRecord(path, "rw");
            record.file.setLength(record.end);
            return record;
        } catch (IOException e) {
            throw new UserError("cannot write the record of the routing " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Opens a record to read.
     *
     * @param run whose it is, for the message
     */
    public static RoutingRecord read(Path path, String run) {
        try {
            return new RoutingRecord(path, "r");
        } catch (FileNotFoundException none) {
            throw new UserError("run " + run + " has no record of its routing; it needs training.record-routing=true, or 'routing record' while it trains", none);
        } catch (IOException e) {
            throw new UserError("cannot read the record of the routing " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Keeps a copy of what is there.
     *
     * @throws UserError if there is another one already that this one does not go on from
     */
    public static void copy(Path from, Path to, String run) {
        read(from, run).close();
        try {
            Files.createDirectories(to.getParent());
            if (Files.exists(to)) {
                long differs = Files.mismatch(from, to);
                if (differs >= 0 && differs < Files.size(to)) {
                    throw new UserError("the record of run " + run + " is not what it was when it was imposed on this run before");
                }
            }
            var written = to.resolveSibling(to.getFileName() + ".tmp");
            Files.copy(from, written, StandardCopyOption.REPLACE_EXISTING);
            Files.move(written, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserError("cannot copy the record of run " + run + ": " + e.getMessage(), e);
        }
    }

    /** Forgets the steps after {@code step}. */
    public synchronized void cutAfter(long step) {
        var later = frames.tailMap(step, false);
        if (!later.isEmpty()) {
            end = later.firstEntry().getValue().firstEntry().getValue();
            later.clear();
            try {
                file.setLength(end);
            } catch (IOException e) {
                throw new UserError("cannot cut the record of the routing: " + e.getMessage(), e);
            }
        }
    }

    /** @param selections by the router's path */
    public synchronized void append(long step, int micro, Map<String, Selection> selections) {
        try {
            var packed = packed(selections);
            var frame = ByteBuffer.allocate(PREFIX + packed.length).putInt(packed.length).putLong(step).putInt(micro).put(packed);
            file.seek(end);
            file.write(frame.array());
            frames.computeIfAbsent(step, _ -> new TreeMap<>()).put(micro, end);
            end += frame.capacity();
        } catch (IOException e) {
            throw new UserError("cannot write the record of the routing: " + e.getMessage(), e);
        }
    }

    private static byte[] packed(Map<String, Selection> selections) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try (var out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater, 8192))) {
            out.writeInt(selections.size());
            for (var entry : selections.entrySet()) {
                var selection = entry.getValue();
                out.writeUTF(entry.getKey());
                out.writeInt(selection.rows());
                out.writeInt(selection.width());
                out.writeInt(selection.experts());
                writeIndices(out, selection.choices());
            }
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    /** Indices plus 1, behind the number of bytes that each takes. */
    private static void writeIndices(DataOutputStream out, int[] indices) throws IOException {
        int size = Arrays.stream(indices).allMatch(index -> index < 255) ? 1 : 4;
        var bytes = ByteBuffer.allocate(size * indices.length);
        for (int index : indices) {
            if (size == 1) {
                bytes.put((byte) (index + 1));
            } else {
                bytes.putInt(index + 1);
            }
        }
        out.writeByte(size);
        out.write(bytes.array());
    }

    private static int[] readIndices(DataInputStream in, int count) throws IOException {
        int size = in.readByte();
        var bytes = ByteBuffer.wrap(in.readNBytes(size * count));
        var indices = new int[count];
        Arrays.setAll(indices, _ -> (size == 1 ? Byte.toUnsignedInt(bytes.get()) : bytes.getInt()) - 1);
        return indices;
    }

    /** What was selected in a micro-batch, by the router's path; empty if that is not recorded. */
    public synchronized Optional<Map<String, Selection>> at(long step, int micro) {
        var start = Optional.ofNullable(frames.get(step)).map(micros -> micros.get(micro));
        if (start.isEmpty()) {
            return Optional.empty();
        }
        try {
            file.seek(start.get());
            var packed = new byte[file.readInt()];
            file.seek(start.get() + PREFIX);
            file.readFully(packed);
            return Optional.of(unpacked(packed));
        } catch (ZipException | EOFException damaged) {
            throw new UserError("the record of the routing of run " + header.run() + " is damaged at step " + step, damaged);
        } catch (IOException e) {
            throw new UserError("cannot read the record of the routing of run " + header.run() + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Selection> unpacked(byte[] packed) throws IOException {
        byte[] whole; // to its end, where the checksum is verified, before any of it is believed
        try (var inflated = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            whole = inflated.readAllBytes();
        }
        var in = new DataInputStream(new ByteArrayInputStream(whole));
        var selections = new LinkedHashMap<String, Selection>();
        for (int left = in.readInt(); left > 0; left--) {
            var path = in.readUTF();
            int rows = in.readInt();
            int width = in.readInt();
            int experts = in.readInt();
            selections.put(path, new Selection(rows, width, experts, readIndices(in, rows * width)));
        }
        return selections;
    }

    public Header header() {
        return header;
    }

    /** How many steps are recorded. */
    public synchronized int steps() {
        return frames.size();
    }

    /** The last step; 0 if there is none. */
    public synchronized long last() {
        return frames.isEmpty() ? 0 : frames.lastKey();
    }

    public synchronized long bytes() {
        return end;
    }

    /** @throws UserError if a run that is as {@code here} says cannot follow this record */
    public void check(Header here) {
        header.mismatch(here).ifPresent(difference -> {
            throw new UserError("the routing of run " + header.run() + " cannot be imposed here: " + difference);
        });
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UserError("cannot close the record of the routing: " + e.getMessage(), e);
        }
    }
}
