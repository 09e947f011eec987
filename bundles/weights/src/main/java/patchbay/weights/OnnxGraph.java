package patchbay.weights;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Dtype;
import patchbay.weights.safetensors.Printable;

/**
 * The initializers of an ONNX graph by their names in the file, and the nodes that read those without a name of their own. The file is read as a
 * stream, its values are jumped over: nothing is allocated on the word of a length in it.
 *
 * @param readers names of nodes by those of the anonymous initializers that they read
 */
record OnnxGraph(Map<String, OnnxGraph.Initializer> initializers, Map<String, String> readers) {

    /** What exporters call a value that has no name in the model that they export. */
    private static final Pattern ANONYMOUS = Pattern.compile("(onnx::\\w+?|\\d+)(?<!_scale|_zero_point)(_quantized)?");

    /**
     * A tensor and where its values are.
     *
     * @param weight by its name in the file
     */
    record Initializer(Weight weight, Content content) {

        sealed interface Content {}

        record InFile(long at) implements Content {}

        /** Little-endian elements. */
        record Inline(byte[] bytes) implements Content {}

        Weight named(String name) {
            return new Weight(name, weight.dtype(), weight.shape());
        }
    }

    /** @param size of the file, in bytes */
    static OnnxGraph read(Path file, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new UserError(file + ": it has " + size + " bytes; an ONNX file has 2^31 at most");
        }
        try (var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return new Reader(file, size, CodedInputStream.newInstance(in)).model();
        } catch (InvalidProtocolBufferException e) {
            throw new UserError(file + ": it is truncated, damaged, or no ONNX file: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The name among the model's layers of the initializer of this name in the file. */
    String known(String name) {
        var reader = readers.get(name);
        return reader == null ? name : reader.replaceFirst("^/", "").replaceFirst("_quant$", "").replace('/', '.');
    }

    /** The numbers of fields are those of onnx.proto (ONNX 1.x, IR versions 1 to 12). */
    private static final class Reader {

        private static final int LONGEST_NAME = 4096;
        private static final int MOST_TENSORS = 1 << 18;
        /** Bytes of values that are written number by number, of all tensors; exporters do that with a few. */
        private static final int MOST_INLINE = 8 << 20;

        private final Path file;
        private final long size;
        private final CodedInputStream in;
        private final Map<String, Initializer> initializers = new LinkedHashMap<>();
        private final Map<String, String> readers = new LinkedHashMap<>();
        private boolean graph;
        private long inline;

        Reader(Path file, long size, CodedInputStream in) {
            this.file = file;
            this.size = size;
            this.in = in;
            in.setSizeLimit(Integer.MAX_VALUE);
        }

        private interface Field {
            /** Reads the field, or leaves it and returns false. */
            boolean read(int number, int type) throws IOException;
        }

        OnnxGraph model() throws IOException {
            fields((number, _) -> {
                if (number != 7) {
                    return false;
                }
                graph = true;
                message(this::graph);
                return true;
            });
            if (!graph) {
                throw new UserError(file + ": there is no graph in it: it is no ONNX file");
            }
            readers.keySet().retainAll(initializers.keySet());
            return new OnnxGraph(initializers, readers);
        }

        private boolean graph(int number, int type) throws IOException {
            switch (number) {
                case 1 -> node();
                case 5 -> tensor();
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void node() throws IOException {
            var inputs = new ArrayList<String>();
            var name = new String[] {""};
            message((number, _) -> {
                switch (number) {
                    case 1 -> {
                        var input = text();
                        if (ANONYMOUS.matcher(input).matches()) {
                            inputs.add(input);
                        }
                    }
                    case 3 -> name[0] = text();
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            // of two in one node neither could be told from the other
            if (inputs.size() == 1 && !name[0].isEmpty()) {
                readers.putIfAbsent(inputs.getFirst(), name[0]);
            }
            expect(readers.size() <= MOST_TENSORS, "it has more than " + MOST_TENSORS + " values without a name");
        }

        private void tensor() throws IOException {
            var tensor = new Tensor();
            message(tensor::field);
            var initializer = tensor.initializer();
            var name = initializer.weight().name();
            expect(initializers.putIfAbsent(name, initializer) == null, "two tensors are called '" + name + "'");
            expect(initializers.size() <= MOST_TENSORS, "it has more than " + MOST_TENSORS + " tensors");
        }

        private final class Tensor {

            private final List<Long> shape = new ArrayList<>();
            private final List<Long> numbers = new ArrayList<>();
            private String name = "";
            private int type;
            private long at = -1;
            private long length;
            private boolean external;

            boolean field(int number, int type) throws IOException {
                boolean packed = type == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                switch (number) {
                    case 1 -> longs(packed, shape);
                    case 2 -> this.type = in.readInt32();
                    case 4, 9, 10 -> { // floats, raw data, doubles: bytes as they are
                        expect(packed && at < 0, "tensor '" + name + "' has its values in several pieces");
                        length = length();
                        at = in.getTotalBytesRead();
                        in.skipRawBytes((int) length);
                    }
                    case 5, 7, 11 -> longs(packed, numbers);
                    case 8 -> name = text();
                    case 14 -> external = in.readEnum() != 0;
                    default -> {
                        return false;
                    }
                }
                return true;
            }

            private void longs(boolean packed, List<Long> into) throws IOException {
                if (!packed) {
                    add(in.readInt64(), into);
                    return;
                }
                int limit = in.pushLimit(length());
                while (!in.isAtEnd()) {
                    add(in.readInt64(), into);
                }
                in.popLimit(limit);
            }

            private void add(long number, List<Long> into) {
                into.add(number);
                expect(shape.size() <= 16, "tensor '" + name + "' has more than 16 axes");
                expect((inline += Long.BYTES) <= MOST_INLINE, "more than " + (MOST_INLINE >> 3) + " values are written number by number");
            }

            Initializer initializer() {
                var what = "tensor '" + name + "'";
                expect(!external, what + " is kept in another file, which is not read");
                var weight = new Weight(name, dtype(what), shape);
                long wanted = bytes(weight, what);
                if (at >= 0) {
                    expect(length == wanted, what + ": " + weight.dtype() + shape + " takes " + wanted + " bytes, but " + length + " are there");
                    return new Initializer(weight, new Initializer.InFile(at));
                }
                long given = (long) numbers.size() * weight.dtype().bytes();
                expect(given == wanted, what + ": " + weight.dtype() + shape + " takes " + wanted + " bytes, but " + given + " are there");
                return new Initializer(weight, new Initializer.Inline(littleEndian(weight.dtype())));
            }

            private long bytes(Weight weight, String what) {
                try {
                    return weight.bytes();
                } catch (ArithmeticException e) {
                    throw new UserError(file + ": " + what + ": " + shape + " is no shape of a file's tensor", e);
                }
            }

            /** The numbers of TensorProto.DataType. */
            private Dtype dtype(String what) {
                return switch (type) {
                    case 1 -> Dtype.F32;
                    case 2 -> Dtype.U8;
                    case 3 -> Dtype.I8;
                    case 4 -> Dtype.U16;
                    case 5 -> Dtype.I16;
                    case 6 -> Dtype.I32;
                    case 7 -> Dtype.I64;
                    case 9 -> Dtype.BOOL;
                    case 10 -> Dtype.F16;
                    case 11 -> Dtype.F64;
                    case 12 -> Dtype.U32;
                    case 13 -> Dtype.U64;
                    case 16 -> Dtype.BF16;
                    default -> throw new UserError(file + ": " + what + " is of the type " + type + ", which is not read");
                };
            }

            /** Numbers below 64 bits are kept in the lowest bits, halves among them by their bits. */
            private byte[] littleEndian(Dtype dtype) {
                var bytes = new ByteArrayOutputStream();
                var one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                numbers.forEach(number -> bytes.write(one.putLong(0, number).array(), 0, dtype.bytes()));
                return bytes.toByteArray();
            }
        }

        private void fields(Field field) throws IOException {
            while (!in.isAtEnd()) {
                int tag = in.readTag();
                if (tag == 0) {
                    return;
                }
                if (!field.read(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag)) && !skip(tag)) {
                    throw new UserError(file + ": it holds a group of fields: it is no ONNX file");
                }
            }
        }

        /** A field of any kind but a group, which ONNX has none of and which could be nested without end. */
        private boolean skip(int tag) throws IOException {
            return switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    in.skipRawBytes(length());
                    yield true;
                }
                case WireFormat.WIRETYPE_START_GROUP, WireFormat.WIRETYPE_END_GROUP -> false;
                default -> in.skipField(tag);
            };
        }

        private void message(Field field) throws IOException {
            int limit = in.pushLimit(length());
            fields(field);
            in.popLimit(limit);
        }

        private String text() throws IOException {
            int length = length();
            expect(length <= LONGEST_NAME, "a name has " + length + " bytes; at most " + LONGEST_NAME + " are read");
            return Printable.of(new String(in.readRawBytes(length), StandardCharsets.UTF_8));
        }

        /** Of what follows; within what is left of the file. */
        private int length() throws IOException {
            int length = in.readRawVarint32();
            long left = size - in.getTotalBytesRead();
            expect(length >= 0 && length <= left, "a part of it claims " + Integer.toUnsignedString(length) + " bytes, but " + left
                    + " follow: it is truncated, or no ONNX file");
            return length;
        }

        private void expect(boolean holds, String problem) {
            if (!holds) {
                throw new UserError(file + ": " + problem);
            }
        }
    }
}
