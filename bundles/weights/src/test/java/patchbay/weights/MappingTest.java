package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.weights.Mapping.Source;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsWriter;

class MappingTest {

    @TempDir
    Path folder;

    private WeightsFile file(HostTensor... tensors) throws IOException {
        var file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, List.of(tensors), Map.of());
        return WeightsFile.open(file);
    }

    @Test
    void asTheyAreTurnedAndInParts() throws IOException {
        var mapping = new Mapping(Map.of(
                "bias", Source.of("b"),
                "key", Source.of("qkv").turned().part(1, 3),
                "right", Source.of("w").part(1, 2),
                "turned", Source.of("w").turned()));
        var parameters = Map.of("bias", Shape.of(2), "key", Shape.of(2, 1), "right", Shape.of(2, 1), "turned", Shape.of(2, 2));
        var loaded = new LinkedHashMap<String, float[]>();
        try (var file = file(HostTensor.of("b", new int[] {2}, new float[] {1, 2}), HostTensor.of("w", new int[] {2, 2}, new float[] {1, 2, 3, 4}),
                HostTensor.of("qkv", new int[] {3, 2}, new float[] {1, 2, 3, 4, 5, 6}), HostTensor.of("position_ids", new int[] {1}, new float[1]))) {
            mapping.load(file, parameters, "position_ids"::equals, loaded::put);
        }
        assertArrayEquals(new float[] {1, 2}, loaded.get("bias"));
        assertArrayEquals(new float[] {3, 4}, loaded.get("key"));
        assertArrayEquals(new float[] {2, 4}, loaded.get("right"));
        assertArrayEquals(new float[] {1, 3, 2, 4}, loaded.get("turned"));
    }

    @Test
    void allThatDoesNotSuitIsNamed() throws IOException {
        var mapping = new Mapping(Map.of("a", Source.of("A"), "b", Source.of("B"), "c", Source.of("C").turned(), "d", Source.of("D").part(0, 2)));
        var parameters = new LinkedHashMap<String, Shape>();
        List.of("a", "b", "c", "d", "e").forEach(path -> parameters.put(path, Shape.of(2, 3)));
        try (var file = file(HostTensor.of("C", new int[] {2, 3}, new float[6]), HostTensor.of("D", new int[] {2, 3}, new float[6]),
                HostTensor.of("X", new int[] {1}, new float[1]), HostTensor.of("Y", new int[] {1}, new float[1]))) {
            var report = mapping.report(file, parameters, "Y"::equals);
            assertEquals(List.of("A", "B", "anything for the parameter e"), report.missing());
            assertEquals(List.of("X"), report.unused());
            assertEquals(2, report.misshapen().size());
            var message = assertThrows(UserError.class, () -> mapping.load(file, parameters, "Y"::equals, (_, _) -> {
                throw new AssertionError("nothing is loaded");
            })).getMessage();
            assertTrue(message.contains("3 missing: A, B, ") && message.contains("c [2, 3] from C, transposed [2, 3]")
                    && message.contains("d [2, 3] from D, part 0 of 2 [2, 3]") && message.endsWith("1 not known: X") && message.lines().count() == 1, message);
        }
    }
}
