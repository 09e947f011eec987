package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static patchbay.weights.OnnxFiles.FLOAT;
import static patchbay.weights.OnnxFiles.INT8;
import static patchbay.weights.OnnxFiles.UINT8;
import static patchbay.weights.OnnxFiles.bytes;
import static patchbay.weights.OnnxFiles.model;
import static patchbay.weights.OnnxFiles.node;
import static patchbay.weights.OnnxFiles.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Dtype;

class OnnxWeightsTest {

    @TempDir
    Path folder;

    private WeightsFile open(OnnxFiles.Fields graph) throws IOException {
        return WeightsFile.open(Files.write(folder.resolve("a.onnx"), model(graph)));
    }

    private String error(OnnxFiles.Fields graph) {
        var message = assertThrows(UserError.class, () -> open(graph).close()).getMessage();
        assertTrue(message.startsWith(folder.resolve("a.onnx") + ": ") && message.lines().count() == 1, message);
        return message;
    }

    @Test
    void namesOfNodesForThoseWithout() throws IOException {
        try (var file = open(graph -> {
            node(graph, "MatMul", "/encoder/layer.0/query/MatMul", "x", "onnx::MatMul_787");
            node(graph, "MatMul", "/encoder/layer.0/key/MatMul", "x", "788");
            node(graph, "Add", "/both/Add", "onnx::Add_1", "onnx::Add_2");
            tensor(graph, "query.bias", FLOAT, bytes(1, 2), 2);
            tensor(graph, "onnx::MatMul_787", FLOAT, bytes(1, 2, 3, 4, 5, 6), 2, 3);
            tensor(graph, "788", FLOAT, bytes(7), 1, 1);
            tensor(graph, "onnx::Add_1", FLOAT, bytes(8), 1);
            tensor(graph, "onnx::Add_2", FLOAT, bytes(9), 1);
        })) {
            assertEquals(List.of("query.bias F32[2]", "encoder.layer.0.query.MatMul F32[2, 3]", "encoder.layer.0.key.MatMul F32[1, 1]", "onnx::Add_1 F32[1]",
                    "onnx::Add_2 F32[1]"), file.tensors().stream().map(Weight::toString).toList());
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.floats("encoder.layer.0.query.MatMul"));
            assertArrayEquals(new float[] {7}, file.floats("encoder.layer.0.key.MatMul"));
            assertTrue(assertThrows(UserError.class, () -> file.floats("query.bais")).getMessage().contains("'query.bias'"));
        }
    }

    @Test
    void bytesWithScales() throws IOException {
        try (var file = open(graph -> {
            node(graph, "MatMulInteger", "/query/MatMul_quant", "x", "onnx::MatMul_1_quantized", "y", "onnx::MatMul_1_zero_point");
            tensor(graph, "onnx::MatMul_1_quantized", INT8, new byte[] {-128, 0, 127, 3}, 2, 2);
            tensor(graph, "onnx::MatMul_1_scale", FLOAT, out -> out.writeByteArray(4, bytes(0.5f, 2)), 2);
            tensor(graph, "onnx::MatMul_1_zero_point", INT8, out -> {
                out.writeInt32(5, 0);
                out.writeInt32(5, -1);
            }, 2);
            tensor(graph, "words_quantized", UINT8, new byte[] {0, (byte) 200, (byte) 255}, 3);
            tensor(graph, "words_scale", FLOAT, out -> out.writeByteArray(4, bytes(0.25f)));
            tensor(graph, "words_zero_point", UINT8, out -> out.writeInt32(5, 200));
            tensor(graph, "logit_scale", FLOAT, bytes(3));
        })) {
            assertEquals(List.of("query.MatMul I8[2, 2]", "words U8[3]", "logit_scale F32[]"), file.tensors().stream().map(Weight::toString).toList());
            assertArrayEquals(new float[] {-64, 2, 63.5f, 8}, file.floats("query.MatMul"));
            assertArrayEquals(new float[] {-50, 0, 13.75f}, file.floats("words"));
            var codes = file.quantized("query.MatMul").orElseThrow();
            assertArrayEquals(new byte[] {-128, 0, 127, 3}, codes.codes());
            assertArrayEquals(new float[] {0.5f, 2}, codes.scales());
            assertTrue(file.quantized("logit_scale").isEmpty());
        }
    }

    @Test
    void numbersThatAreWrittenOneByOne() throws IOException {
        try (var file = open(graph -> {
            tensor(graph, "longs", 7, out -> {
                out.writeInt64(7, -5);
                out.writeInt64(7, 1L << 40);
            }, 2);
            tensor(graph, "halves", 10, out -> out.writeInt32(5, 0x3c00), 1);
            tensor(graph, "brain", 16, new byte[] {(byte) 0x80, (byte) 0xbf}, 1);
            tensor(graph, "doubles", 11, out -> out.writeByteArray(10, new byte[16]), 2);
        })) {
            assertArrayEquals(new float[] {-5, 1L << 40}, file.floats("longs"));
            assertArrayEquals(new float[] {1}, file.floats("halves"));
            assertArrayEquals(new float[] {-1}, file.floats("brain"));
            assertEquals(Dtype.F64, file.tensor("doubles").dtype());
        }
    }

    @Test
    void whatAFileMayNotSay() throws IOException {
        assertTrue(error(graph -> tensor(graph, "a", FLOAT, bytes(1), 2)).contains("'a': F32[2] takes 8 bytes, but 4 are there"));
        assertTrue(error(graph -> tensor(graph, "a", FLOAT, bytes(1), 1L << 62, 4)).contains("no shape"));
        assertTrue(error(graph -> tensor(graph, "a", FLOAT, bytes(1), -1)).contains("no shape"));
        assertTrue(error(graph -> tensor(graph, "a", 8, bytes(1), 1)).contains("type 8"));
        assertTrue(error(graph -> tensor(graph, "a", FLOAT, out -> out.writeInt32(14, 1), 1)).contains("another file"));
        assertTrue(error(graph -> {
            tensor(graph, "a", FLOAT, bytes(1), 1);
            tensor(graph, "a", FLOAT, bytes(1), 1);
        }).contains("two tensors are called 'a'"));
        assertTrue(error(graph -> tensor(graph, "a_quantized", INT8, new byte[1], 1)).contains("a_scale is missing"));
        assertTrue(error(graph -> {
            tensor(graph, "a_quantized", INT8, new byte[3], 3);
            tensor(graph, "a_scale", FLOAT, bytes(1, 2), 2);
            tensor(graph, "a_zero_point", INT8, new byte[2], 2);
        }).contains("as many as columns"));
        assertTrue(error(graph -> graph.writeByteArray(5, new byte[] {0x7b})).contains("a group"));
        assertTrue(error(graph -> tensor(graph, "x".repeat(5000), FLOAT, bytes(1), 1)).contains("a name has 5000 bytes"));
        var file = Files.write(folder.resolve("b.onnx"), new byte[] {0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7, 0});
        assertTrue(assertThrows(UserError.class, () -> WeightsFile.open(file)).getMessage().contains("claims 2147483647 bytes"));
        assertTrue(assertThrows(UserError.class, () -> WeightsFile.open(Files.write(file, new byte[0]))).getMessage().contains("no graph"));
        assertTrue(assertThrows(UserError.class, () -> WeightsFile.open(folder.resolve("c.onnx"))).getMessage().contains("no such file"));
        assertTrue(assertThrows(UserError.class, () -> WeightsFile.open(folder.resolve("c.bin"))).getMessage().contains(".safetensors, .onnx, .index"));
    }
}
