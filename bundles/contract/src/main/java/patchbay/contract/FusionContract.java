package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Fusion} must do. */
public abstract class FusionContract extends PartContract<Fusion> {

    /** Places of each modality, in the order in which they joined. */
    private static final Map<String, Integer> PLACES = new LinkedHashMap<>();

    static {
        PLACES.put("image", 4);
        PLACES.put("text", 3);
        PLACES.put("sound", 2);
    }

    private List<String> modalities = List.copyOf(PLACES.keySet());

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 2, 1, 1, 1), Size.of(3, 1, 2, 8, 5, 1, 1), Size.of(2, 1, 3, 12, 7, 1, 1));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        int dim = size.settings().dim();
        var features = new LinkedHashMap<String, Features>();
        var gates = new LinkedHashMap<String, Tensor>();
        var present = new LinkedHashMap<String, Tensor>();
        for (var modality : modalities) {
            int places = PLACES.get(modality);
            var there = graph.input(modality + "/present", TensorType.f32(size.batch()));
            var sequence = graph.input(modality + "/sequence", TensorType.f32(size.batch(), places, dim));
            var weights = graph.filled(Shape.of(size.batch(), places), 1).multiply(there.unsqueeze(1));
            var its = Features.averaged(sequence, weights);
            features.put(modality, its);
            gates.put(modality, graph.input(modality + "/gate", TensorType.f32(1)));
            present.put(modality, there);
        }
        var fused = plugin().forward(bench.scope(plugin(), gates, present), features);
        graph.output("sequence", fused.sequence());
        graph.output("weights", fused.weights());
        graph.output("summary", fused.summary());
        return List.of(fused.sequence(), fused.summary());
    }

    @Override
    float[] numbers(String input, Size size, int length) {
        if (input.endsWith("/present") || input.endsWith("/gate")) {
            var ones = new float[length];
            Arrays.fill(ones, 1);
            return ones;
        }
        return super.numbers(input, size, length);
    }

    @Override
    boolean isMoved(String input) {
        return input.endsWith("/sequence");
    }

    @Override
    int[] indices(String input, Size size) {
        throw new AssertionError("no input of whole numbers");
    }

    private Map<String, float[]> fused(Size size, Map<String, Object> options, Variables variables, List<String> these, Map<String, float[]> inputs) {
        var all = modalities;
        modalities = these;
        try (var trial = trial(new ReferenceEngine(), graph(Mode.EVALUATION, size, options), size, variables)) {
            inputs.forEach(trial::with);
            return trial.run().outputs();
        } finally {
            modalities = all;
        }
    }

    /** Every parameter the fusion can have, so that all trials of a test share them. */
    private Variables variables(Size size, Map<String, Object> options) {
        var variables = new ReferenceEngine().variables();
        try (var _ = trial(new ReferenceEngine(), graph(Mode.EVALUATION, size, options), size, variables)) {
            return variables;
        }
    }

    @Test
    public void itKeepsTheWidth() {
        everywhere((size, options, where) -> {
            var graph = graph(Mode.TRAINING, size, options);
            assertEquals(TensorType.f32(size.batch(), size.settings().dim()), graph.outputs().get("summary").type(), where);
        });
    }

    @Test
    public void aModalityWithAClosedGateIsSilent() {
        everywhere((size, options, where) -> {
            var variables = variables(size, options);
            var without = fused(size, options, variables, List.of("image", "text"), Map.of());
            var silent = fused(size, options, variables, List.of("image", "text", "sound"), Map.of("sound/gate", new float[1]));
            Trial.assertClose(without.get("summary"), silent.get("summary"), 1e-6, where);
        });
    }

    @Test
    public void aModalityThatIsMissingIsAsThoughItWereNotThere() {
        everywhere((size, options, where) -> {
            var variables = variables(size, options);
            for (var missing : PLACES.keySet()) {
                var others = new ArrayList<>(PLACES.keySet());
                others.remove(missing);
                var without = fused(size, options, variables, others, Map.of());
                var absent = fused(size, options, variables, List.copyOf(PLACES.keySet()), Map.of(missing + "/present", new float[size.batch()]));
                Trial.assertClose(without.get("summary"), absent.get("summary"), 1e-6, where + " without " + missing);
            }
        });
    }

    @Test
    public void anExampleWithoutAnyModalityIsNumbersToo() {
        everywhere((size, options, where) -> {
            var nothing = new LinkedHashMap<String, float[]>();
            PLACES.forEach((modality, places) -> {
                nothing.put(modality + "/present", new float[size.batch()]);
                nothing.put(modality + "/sequence", new float[size.batch() * places * size.settings().dim()]);
            });
            fused(size, options, variables(size, options), modalities, nothing).forEach((name, values) -> {
                for (float value : values) {
                    assertTrue(Float.isFinite(value), where + ", " + name);
                }
            });
        });
    }

    @Test
    public void anExampleDependsOnItselfAlone() {
        everywhere((size, options, where) -> {
            if (size.batch() > 1) {
                var variables = variables(size, options);
                int dim = size.settings().dim();
                var before = fused(size, options, variables, modalities, Map.of()).get("summary");
                var changed = numbers("image/sequence", size, size.batch() * PLACES.get("image") * dim);
                Arrays.fill(changed, 0, PLACES.get("image") * dim, 3);
                var there = new float[size.batch()];
                Arrays.fill(there, 1);
                there[0] = 0;
                var after = fused(size, options, variables, modalities, Map.of("image/sequence", changed, "text/present", there)).get("summary");
                Trial.assertClose(Arrays.copyOfRange(before, dim, before.length), Arrays.copyOfRange(after, dim, after.length), 1e-6, where);
            }
        });
    }
}
