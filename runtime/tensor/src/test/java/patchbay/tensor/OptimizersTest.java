package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.tensor.operations.AdamW;
import patchbay.tensor.reference.ReferenceEngine;

class OptimizersTest {

    @Test
    void adamWTakesTheStepsOfTheAlgorithm() {
        int size = 13;
        var settings = new AdamW(0.9f, 0.95f, 1e-8f, 0.1f);
        var graph = new Graph();
        var type = Shape.of(size);
        var start = Numeric.random(size, 1);
        var parameter = graph.parameter("p", type, Initializer.of(start));
        var m = graph.state("m", TensorType.f32(type), Initializer.zeros());
        var v = graph.state("v", TensorType.f32(type), Initializer.zeros());
        var step = Optimizers.adamW(settings, parameter, graph.input("g", TensorType.f32(type)), m, v,
                graph.input("hyper", TensorType.f32(AdamW.HYPER)), graph.input("clip", TensorType.f32(1)));
        graph.update(parameter, step.parameter());
        graph.update(m, step.m());
        graph.update(v, step.v());
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        var program = engine.compile(graph, variables);

        var p = new double[size];
        var mean = new double[size];
        var square = new double[size];
        for (int i = 0; i < size; i++) {
            p[i] = start[i];
        }
        for (int t = 1; t <= 10; t++) {
            float rate = 0.01f * t;
            var gradient = Numeric.random(size, 100 + t);
            program.write("g", gradient);
            program.write("hyper", settings.hyper(rate, t));
            program.write("clip", new float[] {0.5f});
            program.run();
            for (int i = 0; i < size; i++) {
                double g = gradient[i] * 0.5;
                mean[i] = 0.9 * mean[i] + 0.1 * g;
                square[i] = 0.95 * square[i] + 0.05 * g * g;
                double adam = mean[i] / (1 - Math.pow(0.9, t)) / (Math.sqrt(square[i] / (1 - Math.pow(0.95, t))) + 1e-8);
                p[i] -= rate * (adam + 0.1 * p[i]);
            }
            var now = new float[size];
            variables.read("p", now);
            Numeric.assertClose(p, now, 1e-5);
        }
    }

    @Test
    void theNormIsThatOfAllTensorsTogether() {
        var a = Numeric.random(13, 1);
        var b = Numeric.random(3 * 4098, 2);
        double squares = 0;
        for (float value : a) {
            squares += value * value;
        }
        for (float value : b) {
            squares += value * value;
        }
        double expected = Math.sqrt(squares);
        var out = Numeric.all(graph -> {
            var norm = Optimizers.globalNorm(List.of(graph.constant(Shape.of(13), a), graph.constant(Shape.of(3, 4098), b)));
            return List.of(norm, Optimizers.clipScale(norm, 1), Optimizers.clipScale(norm, 1000),
                    Optimizers.clipScale(graph.constant(Shape.of(1), Float.NaN), 1));
        });
        assertEquals(expected, out.get(0)[0], 1e-4 * expected);
        assertEquals(1 / expected, out.get(1)[0], 1e-6);
        assertEquals(1, out.get(2)[0]);
        assertTrue(Float.isNaN(out.get(3)[0]), "a NaN must not pass for a small norm");
    }
}
