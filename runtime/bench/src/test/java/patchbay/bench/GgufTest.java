package patchbay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.weights.safetensors.HostTensor;

class GgufTest {

    @TempDir
    Path folder;
    private ByteBuffer read;

    /** The file, field by field as the format's description has them. */
    @Test
    void settingsTensorsAndValuesStandWhereTheFormatWantsThem() throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("a.text", "käse");
        settings.put("a.number", 7);
        settings.put("a.part", 0.5f);
        settings.put("a.truth", true);
        settings.put("a.list", List.of("x", "yz"));
        var file = folder.resolve("tiny.gguf");
        Gguf.write(file, settings, List.of(HostTensor.of("first", new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}),
                HostTensor.of("second", new int[] {1}, new float[] {-1})));
        read = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals("GGUF", text(4));
        assertEquals(3, read.getInt());
        assertEquals(2, read.getLong());
        assertEquals(5, read.getLong());
        key("a.text", 8);
        assertEquals("käse", text());
        key("a.number", 4);
        assertEquals(7, read.getInt());
        key("a.part", 6);
        assertEquals(0.5f, read.getFloat());
        key("a.truth", 7);
        assertEquals(1, read.get());
        key("a.list", 9);
        assertEquals(8, read.getInt());
        assertEquals(2, read.getLong());
        assertEquals("x", text());
        assertEquals("yz", text());
        tensor("first", List.of(3L, 2L), 0);
        tensor("second", List.of(1L), 32);
        int data = (read.position() + 31) / 32 * 32;
        assertEquals(1, read.getFloat(data));
        assertEquals(6, read.getFloat(data + 20));
        assertEquals(-1, read.getFloat(data + 32));
        assertEquals(data + 36, read.limit());
    }

    @Test
    void whatTheFormatHasNoPlaceForIsRefused() {
        var file = folder.resolve("refused.gguf");
        assertThrows(IllegalArgumentException.class, () -> Gguf.write(file, Map.of("long", 1L), List.of()));
    }

    private void key(String name, int type) {
        assertEquals(name, text());
        assertEquals(type, read.getInt());
    }

    /** The innermost axis comes first; 0 is f32. */
    private void tensor(String name, List<Long> axes, long offset) {
        assertEquals(name, text());
        assertEquals(axes.size(), read.getInt());
        axes.forEach(axis -> assertEquals(axis, read.getLong()));
        assertEquals(0, read.getInt());
        assertEquals(offset, read.getLong());
    }

    private String text() {
        return text(Math.toIntExact(read.getLong()));
    }

    private String text(int length) {
        var bytes = new byte[length];
        read.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
