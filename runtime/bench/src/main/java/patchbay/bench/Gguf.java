package patchbay.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import patchbay.weights.safetensors.HostTensor;

/** Writes llama.cpp's file format, version 3: settings, what tensors there are, and their values, each from a multiple of 32 bytes on. */
final class Gguf {

    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final int F32 = 0;
    private static final int CHUNK = 1 << 18;

    private final OutputStream out;
    private long written;

    private Gguf(OutputStream out) {
        this.out = out;
    }

    /**
     * @param settings integers, floats, truth values, strings, and lists of one of these
     * @param tensors of f32
     */
    static void write(Path file, Map<String, Object> settings, List<HostTensor> tensors) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            var gguf = new Gguf(out);
            gguf.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
            gguf.number(VERSION);
            gguf.longNumber(tensors.size());
            gguf.longNumber(settings.size());
            for (var setting : settings.entrySet()) {
                gguf.text(setting.getKey());
                gguf.number(type(setting.getValue()));
                gguf.value(setting.getValue());
            }
            long offset = 0;
            for (var tensor : tensors) {
                gguf.text(tensor.name());
                gguf.number(tensor.shape().size());
                for (long size : tensor.shape().reversed()) {
                    gguf.longNumber(size);
                }
                gguf.number(F32);
                gguf.longNumber(offset);
                offset = aligned(offset + (long) Float.BYTES * ((float[]) tensor.array()).length);
            }
            for (var tensor : tensors) {
                gguf.bytes(new byte[(int) (aligned(gguf.written) - gguf.written)]);
                gguf.floats((float[]) tensor.array());
            }
        }
    }

    private static long aligned(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer _ -> 4;
            case Float _ -> 6;
            case Boolean _ -> 7;
            case String _ -> 8;
            case List<?> _ -> 9;
            default -> throw new IllegalArgumentException(value.getClass() + " has no place in the format");
        };
    }

    private void value(Object value) throws IOException {
        switch (value) {
            case Integer number -> number(number);
            case Float number -> number(Float.floatToIntBits(number));
            case Boolean truth -> bytes(new byte[] {(byte) (truth ? 1 : 0)});
            case String text -> text(text);
            case List<?> list -> {
                number(type(list.getFirst()));
                longNumber(list.size());
                for (var each : list) {
                    value(each);
                }
            }
            default -> throw new IllegalArgumentException(value.getClass() + " has no place in the format");
        }
    }

    private void text(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        longNumber(bytes.length);
        bytes(bytes);
    }

    private void number(int number) throws IOException {
        bytes(buffer(Integer.BYTES).putInt(number).array());
    }

    private void longNumber(long number) throws IOException {
        bytes(buffer(Long.BYTES).putLong(number).array());
    }

    private void floats(float[] values) throws IOException {
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            var buffer = buffer(count * Float.BYTES);
            buffer.asFloatBuffer().put(values, from, count);
            bytes(buffer.array());
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void bytes(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }
}
