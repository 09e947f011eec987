package patchbay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import patchbay.engine.cpu.CpuEngine;
import patchbay.weights.safetensors.SafetensorsFile;

/** The peers' files hold the model that we run, and they compute the same with it. */
class DecodingTest {

    private static final Llama DENSE = new Llama(2, 64, 4, 384, 64, 1, 128);
    private static final Llama MIXTURE = new Llama(2, 64, 4, 384, 64, 4, 128);
    static final List<Llama> MODELS = List.of(DENSE, MIXTURE);

    @TempDir
    Path folder;

    @Test
    void aFolderForJlamaHasEveryMatrixTransposedUnderItsName() throws Exception {
        Jlama.write(MIXTURE, folder);
        try (var engine = new CpuEngine(1); var file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            var variables = MIXTURE.values(engine);
            var up = new float[4 * 64 * 128]; // [expert, in, out]
            variables.read("layers.1.moe.experts.up", up);
            var theirs = "model.layers.1.block_sparse_moe.experts.3.w3.weight";
            assertEquals(List.of(128L, 64L), file.tensor(theirs).shape());
            assertEquals(up[(3 * 64 + 5) * 128 + 9], file.floats(theirs)[9 * 64 + 5]);
            var down = new float[up.length];
            variables.read("layers.0.moe.experts.down", down);
            assertEquals(down[(128 + 5) * 64 + 9] / 2, file.floats("model.layers.0.block_sparse_moe.experts.1.w2.weight")[9 * 128 + 5]);
        }
        assertEquals(4, new ObjectMapper().readTree(folder.resolve("config.json").toFile()).path("num_local_experts").asInt());
    }

    /** Counted from the parameters of the model itself. */
    @ParameterizedTest
    @FieldSource("MODELS")
    void bytesOfATokenCountChosenExpertsAlone(Llama model) {
        try (var engine = new CpuEngine(1)) {
            var variables = model.values(engine);
            long elements = variables.names().stream().filter(name -> !name.endsWith(".mean-load"))
                    .mapToLong(name -> variables.type(name).size() / (name.contains(".experts.") ? 2 : 1)).sum();
            assertEquals(4.0 * elements, model.bytes());
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void peersComputeTheSame(Llama model) {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"), "their native parts are for Linux");
        float[] ours;
        try (var task = new Generating(model, 2)) {
            task.run();
            ours = task.result();
        }
        assertEquals(model.vocabulary(), ours.length);
        try (var task = new LlamaCpp(model, 2)) {
            task.run();
            assertClose(ours, task.result());
        }
        if (model.equals(MIXTURE)) { // its number of threads can be set once in a process
            try (var task = new Jlama(model, 2)) {
                task.run();
                assertClose(ours, task.result());
            }
        }
    }

    private static void assertClose(float[] ours, float[] theirs) {
        assertEquals(ours.length, theirs.length);
        for (int i = 0; i < ours.length; i++) {
            assertEquals(ours[i], theirs[i], 2e-3, "token " + i);
        }
    }

    @Test
    void standardizedLogitsHaveNeitherOffsetNorScale() {
        var some = Decoding.standardized(new float[] {1, 2, 3, 6});
        var others = Decoding.standardized(new float[] {21, 41, 61, 121});
        for (int i = 0; i < some.length; i++) {
            assertEquals(some[i], others[i], 1e-6);
        }
        assertTrue(some[3] > 1.5);
    }
}
