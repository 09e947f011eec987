package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalarsTest {

    @TempDir
    Path folder;

    @Test
    void everyNumberOfAStepHasATag() throws IOException {
        try (var scalars = Scalars.open(folder)) {
            scalars.add(new Measurement(1, 2, 1, 1, 1, 1, Map.of("layers.0.moe", new float[] {1, 3}), Map.of("balance", new float[] {1}, "wide", new float[2])));
            scalars.add(new Event.Evaluated(1, 2, Map.of()));
        }
        var text = content().getFirst();
        for (var tag : List.of("loss/training", "loss/validation", "optimizer/rate", "optimizer/gradient-norm", "speed/tokens-per-second",
                "max-vio/layers.0.moe", "entropy/layers.0.moe", "plugins/balance")) {
            assertTrue(text.contains(tag), tag);
        }
        assertFalse(text.contains("wide"), "an array is no scalar");
    }

    @Test
    void runThatGoesOnBeginsAnotherFile() throws IOException {
        Scalars.open(folder).close();
        Scalars.open(folder).close();
        assertEquals(2, content().size());
    }

    private List<String> content() throws IOException {
        try (var files = Files.list(folder)) {
            var texts = new java.util.ArrayList<String>();
            for (var file : files.toList()) {
                assertTrue(file.getFileName().toString().contains("tfevents"), file.toString());
                texts.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return texts;
        }
    }
}
