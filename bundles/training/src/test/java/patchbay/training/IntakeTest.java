package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import patchbay.contract.PlainParts;
import patchbay.data.Example;
import patchbay.model.ModelSettings;
import patchbay.model.Multimodal;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Task;
import patchbay.model.Wiring;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ReferenceEngine;

/** Readers that do what no reader should. */
class IntakeTest {

    /** Never comes to an end. */
    @Plugin("endless")
    static final class Endless implements Encoder {

        @Override
        public Reader reader(Setting setting) {
            return new Reader() {
                @Override
                public Map<String, TensorType> inputs() {
                    return Map.of("x", TensorType.f32(1));
                }

                @Override
                public Row read(byte[] bytes) {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                    return Row.of("x", new float[1]);
                }
            };
        }

        @Override
        public Features forward(Scope scope) {
            return Features.averaged(scope.graph().filled(Shape.of(scope.batch(), 1, scope.dim()), 1));
        }
    }

    private static Multimodal model() {
        var task = new Task(Task.Kind.retrieve, List.of("image", "text"), List.of(), Task.Loss.infonce, 1, 0, 0);
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms).withTask(task);
        return new Multimodal(Rack.fit(settings, new Wiring(Map.of("encoders.*", Plug.of("endless"))), PlainParts.shelf(new Endless())), 1);
    }

    @Test
    @Timeout(20)
    void aReaderWithoutAnEndIsGivenUp() {
        var graph = new Graph();
        graph.output("one", graph.filled(Shape.of(1), 1));
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        try (var program = engine.compile(graph, variables); var intake = new Intake(graph, model(), FrozenEncoders.none(engine, variables), 1, Duration.ofMillis(200))) {
            var error = assertThrows(UserError.class, () -> intake.write(program, List.of(new Example("a cat", 0, Map.of("image", () -> new byte[1])))));
            assertTrue(error.getMessage().startsWith("the image of 'a cat' is not read after 0.2 s"), error.getMessage());
        }
    }
}
