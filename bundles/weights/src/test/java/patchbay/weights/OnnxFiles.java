package patchbay.weights;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** ONNX files field by field, for tests. */
final class OnnxFiles {

    static final int FLOAT = 1;
    static final int UINT8 = 2;
    static final int INT8 = 3;

    interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private OnnxFiles() {}

    static byte[] message(Fields fields) {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A model of this graph. */
    static byte[] model(Fields graph) {
        return message(out -> {
            out.writeInt64(1, 6);
            out.writeString(2, "test");
            out.writeByteArray(7, message(graph));
        });
    }

    static void node(CodedOutputStream graph, String operation, String name, String... inputs) throws IOException {
        graph.writeByteArray(1, message(out -> {
            for (var input : inputs) {
                out.writeString(1, input);
            }
            out.writeString(2, name + "_output_0");
            out.writeString(3, name);
            out.writeString(4, operation);
        }));
    }

    /** With raw data. */
    static void tensor(CodedOutputStream graph, String name, int type, byte[] values, long... shape) throws IOException {
        tensor(graph, name, type, out -> out.writeByteArray(9, values), shape);
    }

    static void tensor(CodedOutputStream graph, String name, int type, Fields values, long... shape) throws IOException {
        graph.writeByteArray(5, message(out -> {
            for (long dim : shape) {
                out.writeInt64(1, dim);
            }
            out.writeInt32(2, type);
            out.writeString(8, name);
            values.write(out);
        }));
    }

    static byte[] bytes(float... values) {
        var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
