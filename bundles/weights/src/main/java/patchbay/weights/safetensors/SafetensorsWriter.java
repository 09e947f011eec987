package patchbay.weights.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Writes the safetensors format: 8 bytes of little-endian header length, a JSON header padded with spaces so that the data
 * begins at a multiple of 8, the tensors' bytes without gaps. The data goes through one small buffer.
 */
public final class SafetensorsWriter {

    private static final int CHUNK = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {
    }

    /** Writes the file at once or not at all, and returns its SHA-256 in hexadecimal. */
    public static String write(Path file, List<HostTensor> tensors, Map<String, String> metadata, AtomicFile.Opener opener)
            throws IOException {
        var header = header(tensors, metadata);
        var digest = sha256();
        AtomicFile.write(file, opener, raw -> {
            var out = new DigestOutputStream(raw, digest);
            out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            out.write(header);
            var chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
            for (var tensor : tensors) {
                write(tensor.array(), chunk, out);
            }
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    public static String write(Path file, List<HostTensor> tensors, Map<String, String> metadata) throws IOException {
        return write(file, tensors, metadata, path -> new FileOutputStream(path.toFile()));
    }

    private static byte[] header(List<HostTensor> tensors, Map<String, String> metadata) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var names = new HashSet<String>();
        long at = 0;
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsFile.METADATA);
                for (var entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (var tensor : tensors) {
                if (!names.add(tensor.name()) || tensor.name().equals(SafetensorsFile.METADATA)) {
                    throw new IllegalArgumentException("two tensors are named " + tensor.name());
                }
                long end = at + tensor.dtype().bytes(tensor.shape());
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", tensor.dtype().name());
                writeLongs(json, "shape", tensor.shape());
                writeLongs(json, "data_offsets", List.of(at, end));
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        int length = bytes.size();
        var padded = Arrays.copyOf(bytes.toByteArray(), (length + 7) / 8 * 8);
        Arrays.fill(padded, length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeLongs(JsonGenerator json, String name, List<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    private static void write(Object array, ByteBuffer chunk, OutputStream out) throws IOException {
        switch (array) {
            case float[] floats -> {
                for (int from = 0; from < floats.length; from += CHUNK / 4) {
                    int count = Math.min(CHUNK / 4, floats.length - from);
                    chunk.asFloatBuffer().put(floats, from, count);
                    out.write(chunk.array(), 0, count * 4);
                }
            }
            case int[] ints -> {
                for (int from = 0; from < ints.length; from += CHUNK / 4) {
                    int count = Math.min(CHUNK / 4, ints.length - from);
                    chunk.asIntBuffer().put(ints, from, count);
                    out.write(chunk.array(), 0, count * 4);
                }
            }
            case short[] halves -> {
                for (int from = 0; from < halves.length; from += CHUNK / 2) {
                    int count = Math.min(CHUNK / 2, halves.length - from);
                    chunk.asShortBuffer().put(halves, from, count);
                    out.write(chunk.array(), 0, count * 2);
                }
            }
            default -> out.write((byte[]) array);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
