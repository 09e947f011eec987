package patchbay.lab.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.zip.CRC32C;
import patchbay.tensor.UserError;

/**
 * A TensorBoard event file of scalars: TFRecords of {@code Event} messages (event.proto and summary.proto of TensorFlow),
 * only ever appended to. Each event is in the file when its call returns, so that TensorBoard can follow a run, and a run
 * that is killed leaves at most its last record cut off, which TensorBoard ignores. A run that is resumed begins another
 * file in the same folder; TensorBoard reads them as one.
 */
public final class EventFile implements AutoCloseable {

    private static final String VERSION = "brain.Event:2"; // what TensorBoard wants of the first event
    private static final int MASK = 0xa282ead8; // of TFRecord: a checksum of data that holds checksums is weak

    // fields of Event
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    // of Summary, and of Summary.Value
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;

    private final Path path;
    private final FileChannel channel;
    private final InstantSource clock;

    private EventFile(Path path, FileChannel channel, InstantSource clock) {
        this.path = path;
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Begins a file in the folder, which is made if need be.
     *
     * @throws UserError if it cannot be made
     */
    public static EventFile create(Path folder, InstantSource clock) {
        try {
            Files.createDirectories(folder);
            long second = clock.instant().getEpochSecond();
            while (true) { // a name that is taken: the next, since TensorBoard orders files by name
                var path = folder.resolve("events.out.tfevents.%010d.patchbay".formatted(second++));
                try {
                    var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    var file = new EventFile(path, channel, clock);
                    file.append(file.event().string(FILE_VERSION, VERSION));
                    return file;
                } catch (FileAlreadyExistsException e) {
                    continue;
                }
            }
        } catch (IOException e) {
            throw new UserError("cannot begin a TensorBoard file in " + folder + ": " + e.getMessage(), e);
        }
    }

    public Path path() {
        return path;
    }

    /** Appends one value; tags with a slash are shown in groups: {@code loss/validation}. */
    public void scalar(long step, String tag, double value) {
        scalars(step, Map.of(tag, value));
    }

    /**
     * Appends values of one step as one event, in the map's order. They are stored as f32.
     *
     * @throws UserError if the disk is full or gone
     */
    public void scalars(long step, Map<String, ? extends Number> values) {
        var summary = new Message();
        values.forEach((tag, value) ->
                summary.message(VALUE, new Message().string(TAG, tag).float32(SIMPLE_VALUE, value.floatValue())));
        append(event().int64(STEP, step).message(SUMMARY, summary));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UserError(path + ": cannot be closed: " + e.getMessage(), e);
        }
    }

    private Message event() {
        var now = clock.instant();
        return new Message().float64(WALL_TIME, now.getEpochSecond() + now.getNano() * 1e-9);
    }

    /** TFRecord: the length, its checksum, the data, its checksum; in one write, so that a reader seldom sees half. */
    private void append(Message event) {
        var data = event.toBytes();
        var record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(checksum(record.array(), 0, Long.BYTES));
        record.put(data);
        record.putInt(checksum(data, 0, data.length));
        record.flip();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            throw new UserError(path + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static int checksum(byte[] bytes, int from, int count) {
        var crc = new CRC32C();
        crc.update(bytes, from, count);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }
}
