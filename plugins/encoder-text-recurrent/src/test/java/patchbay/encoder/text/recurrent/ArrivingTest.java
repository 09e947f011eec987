package patchbay.encoder.text.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Arriving;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.model.Multimodal;
import patchbay.model.Offer;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Shelf;
import patchbay.model.Task;
import patchbay.model.Wiring;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Fusion;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** A whole model is told of a text part by part. */
class ArrivingTest {

    private static final byte[] TEXT = "a text that comes little by little, and is cut".getBytes(StandardCharsets.UTF_8);
    private static final ReferenceEngine ENGINE = new ReferenceEngine();

    /** The sum of the summaries, as loud as their modalities are. */
    @Plugin("sum")
    private static final class SumFusion implements Fusion {
        @Override
        public Features forward(Scope scope, Map<String, Features> features) {
            var summary = features.entrySet().stream().map(one -> one.getValue().summary().multiply(scope.gate(one.getKey()))).reduce(Tensor::add).orElseThrow();
            var first = features.values().iterator().next();
            return new Features(first.sequence(), first.weights(), summary);
        }
    }

    private static Multimodal model(Map<String, Object> options, Encoder encoder) {
        var task = new Task(Task.Kind.classify, List.of("text", "code"), List.of(), Task.Loss.infonce, 1, 0, 0);
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms).withTask(task);
        var own = Shelf.of(encoder, new SumFusion());
        var plain = PlainParts.any();
        var shelf = new Shelf() {
            @Override
            public List<Offer> offers() {
                return own.offers();
            }

            @Override
            public Offer offer(Class<? extends Part> kind, String name) {
                return kind == Encoder.class || kind == Fusion.class ? own.offer(kind, name) : plain.offer(kind, name);
            }
        };
        var plugs = new LinkedHashMap<String, Plug>();
        plugs.put("encoders.*", new Plug(encoder.getClass().getAnnotation(Plugin.class).value(), options));
        plugs.put("fusion", Plug.of("sum"));
        return new Multimodal(Rack.fit(settings, new Wiring(plugs), shelf), 3);
    }

    /** What is said of the whole text, without any code. */
    private static Map<String, float[]> whole(Multimodal model, Variables variables) {
        var graph = new Graph(3);
        var forward = model.build(new Building(graph, Mode.EVALUATION, model.rack().settings()), 1);
        graph.output("logits", forward.logits().orElseThrow());
        graph.output("embedding", forward.embeddings().get("text"));
        try (var trial = Trial.of(ENGINE, graph, variables)) {
            trial.set("head.weight", Trial.random(24, 1));
            trial.set(Multimodal.gate("text"), 0.4f); // it has just joined
            return trial.with(Multimodal.present("text"), 1).with(Multimodal.input("text", "tokens"), model.readers().get("text").read(TEXT).ints().get("tokens")).run()
                    .outputs();
        }
    }

    @Test
    void behindTheLastPartItIsWhatTheWholeIs() {
        var model = model(Map.of("length", 45, "layers", 1, "heads", 2), new TextRecurrent());
        var variables = ENGINE.variables();
        var expected = whole(model, variables);
        try (var arriving = new Arriving(ENGINE, model, variables, "text")) {
            assertTrue(arriving.read(Arrays.copyOf(TEXT, 10)).isEmpty(), "less than a chunk");
            var partial = arriving.read(Arrays.copyOfRange(TEXT, 10, 40)).orElseThrow();
            assertEquals(32, partial.places());
            assertTrue(!Arrays.equals(expected.get("logits"), partial.logits().orElseThrow()));
            assertTrue(arriving.read(Arrays.copyOfRange(TEXT, 40, TEXT.length)).isEmpty());
            var last = arriving.end();
            Trial.assertClose(expected.get("logits"), last.logits().orElseThrow(), 1e-5, "logits");
            Trial.assertClose(expected.get("embedding"), last.embedding().orElseThrow(), 1e-5, "embedding");
        }
        assertTrue(variables.names().stream().noneMatch(name -> name.startsWith(Building.CACHE)), "the model's own values are left alone");
    }

    @Test
    void aModalityThatIsNotThereIsTheUsersMistake() {
        var model = model(Map.of("length", 45, "layers", 1, "heads", 2), new TextRecurrent());
        var error = assertThrows(UserError.class, () -> new Arriving(ENGINE, model, ENGINE.variables(), "sound"));
        assertTrue(error.getMessage().contains("code, text"), error.getMessage());
    }
}
