package patchbay.weights.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * A safetensors file to read from. Opening reads and checks the header alone; the tensors are read one by one, straight
 * into the caller's array. Whatever a file holds, the only error is a {@link SafetensorsError}.
 */
public final class SafetensorsFile implements AutoCloseable {

    static final String METADATA = "__metadata__";

    /** Headers of the largest models take a few megabytes; the format itself allows 100 MB. */
    private static final long LARGEST_HEADER = 32L << 20;

    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final Header header;
    private final Map<String, TensorEntry> byName = new LinkedHashMap<>();
    private final long data; // where the data begins
    private final ByteBuffer chunk;

    private SafetensorsFile(Path file, FileChannel channel, Header header, long data, long size) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.data = data;
        this.chunk = ByteBuffer.allocate((int) Math.min(CHUNK, size)).order(ByteOrder.LITTLE_ENDIAN);
        header.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /** @throws SafetensorsError if the file is missing, truncated, or has a header that is too large, malformed or untrue */
    public static SafetensorsFile open(Path file) {
        try {
            var channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return open(file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new SafetensorsError(file, "there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new SafetensorsError(file, "the header is not UTF-8", e);
        } catch (IOException e) {
            throw new SafetensorsError(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new SafetensorsError(file, "it has " + size + " bytes; a safetensors file has at least 8");
        }
        var prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long length = prefix.getLong(0);
        if (length < 2 || length > size - Long.BYTES) {
            throw new SafetensorsError(file, "its header claims " + Long.toUnsignedString(length) + " bytes, but " + (size - Long.BYTES)
                    + " follow: the file is truncated, or no safetensors file");
        }
        if (length > LARGEST_HEADER) {
            throw new SafetensorsError(file, "its header claims " + length + " bytes; at most " + LARGEST_HEADER + " are read");
        }
        var bytes = ByteBuffer.allocate((int) length);
        readFully(channel, bytes, Long.BYTES);
        var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        return new SafetensorsFile(file, channel, Header.parse(file, text, size - Long.BYTES - length), Long.BYTES + length, size);
    }

    /** In the order in which they lie in the file. */
    public List<TensorEntry> tensors() {
        return header.tensors();
    }

    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** @throws UserError if there is no such tensor */
    public TensorEntry tensor(String name) {
        var tensor = byName.get(name);
        if (tensor == null) {
            throw UserError.unknown("tensor of " + file + ":", name, byName.keySet().stream().map(Printable::of).toList());
        }
        return tensor;
    }

    /** Reads an F32 tensor into the array, which must have just its size. */
    public void read(String name, float[] into) {
        read(checked(name, Dtype.F32, into.length), (from, bytes) -> bytes.asFloatBuffer().get(into, (int) (from / 4), bytes.remaining() / 4));
    }

    /** Reads an I32 tensor into the array, which must have just its size. */
    public void read(String name, int[] into) {
        read(checked(name, Dtype.I32, into.length), (from, bytes) -> bytes.asIntBuffer().get(into, (int) (from / 4), bytes.remaining() / 4));
    }

    public float[] floats(String name) {
        var into = new float[length(tensor(name), 4)];
        read(name, into);
        return into;
    }

    public int[] ints(String name) {
        var into = new int[length(tensor(name), 4)];
        read(name, into);
        return into;
    }

    /** The values of a tensor of any type, as {@link Dtype#widen} has them. */
    public float[] widened(String name) {
        var tensor = tensor(name);
        if (tensor.dtype() == Dtype.F32) {
            return floats(name);
        }
        int each = tensor.dtype().bytes();
        var into = new float[length(tensor, each)];
        read(tensor, (from, bytes) -> tensor.dtype().widen(bytes, into, (int) (from / each)));
        return into;
    }

    /** The bytes of a tensor of any type, elements little-endian. */
    public byte[] bytes(String name) {
        var tensor = tensor(name);
        var into = new byte[length(tensor, 1)];
        read(tensor, (from, bytes) -> bytes.get(into, (int) from, bytes.remaining()));
        return into;
    }

    /** A tensor with its values in an array of the kind that {@link HostTensor} wants. */
    public HostTensor host(String name) {
        var tensor = tensor(name);
        Object array = switch (tensor.dtype()) {
            case F32 -> floats(name);
            case I32 -> ints(name);
            default -> bytes(name);
        };
        return new HostTensor(name, tensor.dtype(), tensor.shape(), array);
    }

    /** All tensors, in the order in which they lie in the file. */
    public List<HostTensor> all() {
        var all = new ArrayList<HostTensor>();
        tensors().forEach(tensor -> all.add(host(tensor.name())));
        return all;
    }

    /**
     * Puts every tensor into the variables, under its name; one of F16 or BF16 widened to f32.
     *
     * @throws SafetensorsError if a tensor is of another type than those, F32 and I32
     */
    public void putInto(Variables variables) {
        for (var tensor : tensors()) {
            var name = tensor.name();
            var shape = Shape.of(tensor.shape().stream().mapToInt(Math::toIntExact).toArray());
            switch (tensor.dtype()) {
                case F32, F16, BF16 -> variables.put(name, TensorType.f32(shape), widened(name));
                case I32 -> variables.put(name, TensorType.i32(shape), ints(name));
                default -> throw new SafetensorsError(file, "tensor '" + name + "' is " + tensor.dtype()
                        + "; variables are made of F32, F16, BF16 or I32");
            }
        }
    }


    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new SafetensorsError(file, "cannot be closed: " + e.getMessage(), e);
        }
    }

    private TensorEntry checked(String name, Dtype dtype, int length) {
        var tensor = tensor(name);
        if (tensor.dtype() != dtype || tensor.size() != length) {
            throw new SafetensorsError(file, "tensor '" + name + "' is " + tensor.dtype() + tensor.shape() + "; wanted are " + length + " of " + dtype);
        }
        return tensor;
    }

    private int length(TensorEntry tensor, int bytes) {
        long length = (tensor.end() - tensor.begin()) / bytes;
        if (length > Integer.MAX_VALUE - 8) {
            throw new SafetensorsError(file, "tensor '" + tensor.name() + "' has " + length + " elements; a Java array holds 2^31 at most");
        }
        return (int) length;
    }

    private interface Sink {
        /** @param from offset of these bytes in the tensor */
        void take(long from, ByteBuffer bytes);
    }

    private void read(TensorEntry tensor, Sink sink) {
        try {
            long size = tensor.end() - tensor.begin();
            for (long from = 0; from < size; from += CHUNK) {
                chunk.clear().limit((int) Math.min(CHUNK, size - from));
                readFully(channel, chunk, data + tensor.begin() + from);
                sink.take(from, chunk.flip());
            }
        } catch (IOException e) {
            throw new SafetensorsError(file, "tensor '" + tensor.name() + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            int count = channel.read(into, position);
            if (count < 0) {
                throw new EOFException("the file ends at byte " + position);
            }
            position += count;
        }
    }
}
