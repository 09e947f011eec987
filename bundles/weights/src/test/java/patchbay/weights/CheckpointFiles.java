package patchbay.weights;

import static patchbay.weights.OnnxFiles.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** TensorFlow checkpoints of one shard, for tests. */
final class CheckpointFiles {

    private CheckpointFiles() {}

    /** A checkpoint of vectors; returns its index. */
    static Path write(Path folder, Map<String, float[]> vectors) throws IOException {
        var data = new ByteArrayOutputStream();
        var rows = new TreeMap<String, byte[]>();
        rows.put("", message(out -> {
            out.writeInt32(1, 1);
            out.writeByteArray(3, message(version -> version.writeInt32(1, 1)));
        }));
        for (var vector : new TreeMap<>(vectors).entrySet()) {
            var bytes = OnnxFiles.bytes(vector.getValue());
            int at = data.size();
            rows.put(vector.getKey(), message(out -> {
                out.writeEnum(1, 1);
                out.writeByteArray(2, message(shape -> shape.writeByteArray(2, message(axis -> axis.writeInt64(1, vector.getValue().length)))));
                out.writeInt64(4, at);
                out.writeInt64(5, bytes.length);
                out.writeFixed32(6, sum(bytes));
            }));
            data.writeBytes(bytes);
        }
        Files.write(folder.resolve("model.data-00000-of-00001"), data.toByteArray());
        return Files.write(folder.resolve("model.index"), table(rows));
    }

    /** One block of rows, one of filters, one that says where the first is. */
    private static byte[] table(TreeMap<String, byte[]> rows) throws IOException {
        var table = new ByteArrayOutputStream();
        var where = block(table, rows);
        var filters = block(table, new TreeMap<>());
        var index = block(table, new TreeMap<>(Map.of(rows.lastKey(), where)));
        table.writeBytes(ByteBuffer.allocate(40).put(filters).put(index).array());
        table.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0xdb4775248b80fb57L).array());
        return table.toByteArray();
    }

    private static byte[] block(ByteArrayOutputStream table, TreeMap<String, byte[]> rows) throws IOException {
        var block = message(out -> {
            var before = "";
            for (var row : rows.entrySet()) {
                int shared = 0;
                while (shared < Math.min(before.length(), row.getKey().length()) && before.charAt(shared) == row.getKey().charAt(shared)) {
                    shared++;
                }
                out.writeUInt32NoTag(shared);
                out.writeUInt32NoTag(row.getKey().length() - shared);
                out.writeUInt32NoTag(row.getValue().length);
                out.writeRawBytes(row.getKey().substring(shared).getBytes(StandardCharsets.US_ASCII));
                out.writeRawBytes(row.getValue());
                before = row.getKey();
            }
            out.writeFixed32NoTag(0); // the first row has its whole key
            out.writeFixed32NoTag(1);
            out.writeRawByte(0); // not compressed
        });
        int at = table.size();
        table.writeBytes(block);
        table.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(sum(block)).array());
        return message(out -> {
            out.writeUInt64NoTag(at);
            out.writeUInt64NoTag(block.length - 1);
        });
    }

    static int sum(byte[] bytes) {
        var sum = new MaskedCrc();
        sum.update(ByteBuffer.wrap(bytes));
        return sum.value();
    }
}
