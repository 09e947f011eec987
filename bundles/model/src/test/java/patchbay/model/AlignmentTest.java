package patchbay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** The losses of alignment against their equations, written out in doubles. */
class AlignmentTest {

    private static final int BATCH = 4;
    private static final int DIM = 3;
    private static final float[] X = rows(1);
    private static final float[] Y = rows(2);
    private static final float[] ALL = {1, 1, 1, 1};

    /** Vectors of length 1. */
    private static float[] rows(long seed) {
        var random = new SplittableRandom(seed);
        var rows = new float[BATCH * DIM];
        for (int b = 0; b < BATCH; b++) {
            double square = 0;
            for (int d = 0; d < DIM; d++) {
                rows[b * DIM + d] = (float) random.nextGaussian();
                square += rows[b * DIM + d] * rows[b * DIM + d];
            }
            for (int d = 0; d < DIM; d++) {
                rows[b * DIM + d] /= (float) Math.sqrt(square);
            }
        }
        return rows;
    }

    private static Task task(Task.Loss loss, int queue, int concepts) {
        return new Task(Task.Kind.retrieve, List.of("a", "b"), List.of(), loss, 1, queue, concepts);
    }

    private static Program program(Task task, Variables variables) {
        var graph = new Graph(1);
        var settings = new ModelSettings(1, DIM, 1, 1, 1, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms).withTask(task);
        var rows = TensorType.f32(BATCH, DIM);
        var gates = Map.of("a", graph.input("gate-a", TensorType.f32(1)), "b", graph.input("gate-b", TensorType.f32(1)));
        var present = Map.of("a", graph.input("present-a", TensorType.f32(BATCH)), "b", graph.input("present-b", TensorType.f32(BATCH)));
        var embeddings = new java.util.LinkedHashMap<String, patchbay.tensor.Tensor>();
        embeddings.put("a", graph.input("a", rows));
        embeddings.put("b", graph.input("b", rows));
        graph.output("loss", new Alignment(new Building(graph, Mode.TRAINING, settings), task, gates, present).loss(embeddings));
        return new ReferenceEngine().compile(graph, variables);
    }

    private static double loss(Program program, float[] present, float gate) {
        program.write("a", X);
        program.write("b", Y);
        program.write("present-a", present);
        program.write("present-b", ALL);
        program.write("gate-a", new float[] {1});
        program.write("gate-b", new float[] {gate});
        program.run();
        return program.scalar("loss");
    }

    private static double loss(Task task, float[] present, float gate) {
        try (var program = program(task, new ReferenceEngine().variables())) {
            return loss(program, present, gate);
        }
    }

    private static double dot(float[] a, int i, float[] b, int j) {
        double sum = 0;
        for (int d = 0; d < DIM; d++) {
            sum += a[i * DIM + d] * b[j * DIM + d];
        }
        return sum;
    }

    /** −log softmax of the pair, over {@code others} more candidates. */
    private static double direction(float[] x, float[] y, float[] present, float[] others) {
        double scale = 1 / 0.07;
        double total = 0;
        double pairs = 0;
        for (int i = 0; i < BATCH; i++) {
            if (present[i] == 1) {
                double sum = 0;
                for (int j = 0; j < BATCH; j++) {
                    sum += present[j] * Math.exp(scale * dot(x, i, y, j));
                }
                for (int j = 0; j < others.length / DIM; j++) {
                    sum += Math.exp(scale * dot(x, i, others, j));
                }
                total -= scale * dot(x, i, y, i) - Math.log(sum);
                pairs++;
            }
        }
        return total / pairs;
    }

    @Test
    void infoNceIsItsEquation() {
        for (var present : List.of(ALL, new float[] {1, 0, 1, 1})) {
            double expected = (direction(X, Y, present, new float[0]) + direction(Y, X, present, new float[0])) / 2;
            assertEquals(expected, loss(task(Task.Loss.infonce, 0, 0), present, 1), 1e-4);
        }
    }

    @Test
    void whatWasInEarlierBatchesIsFurtherNegatives() {
        try (var program = program(task(Task.Loss.infonce, 2, 0), new ReferenceEngine().variables())) {
            var none = new float[0];
            assertEquals((direction(X, Y, ALL, none) + direction(Y, X, ALL, none)) / 2, loss(program, ALL, 1), 1e-4); // nothing is in it yet
            double expected = (direction(X, Y, ALL, Arrays.copyOf(Y, 2 * DIM)) + direction(Y, X, ALL, Arrays.copyOf(X, 2 * DIM))) / 2;
            assertEquals(expected, loss(program, ALL, 1), 1e-4);
        }
    }

    @Test
    void sigmoidIsItsEquation() {
        float[] present = {1, 0, 1, 1};
        double expected = 0;
        for (int i = 0; i < BATCH; i++) {
            for (int j = 0; j < BATCH; j++) {
                double sign = i == j ? 1 : -1;
                expected += present[i] * present[j] * Math.log1p(Math.exp(-sign * (10 * dot(X, i, Y, j) - 10)));
            }
        }
        assertEquals(expected / 3, loss(task(Task.Loss.sigmoid, 0, 0), present, 1), 1e-4);
    }

    @Test
    void aModalityThatJustJoinedCountsForNothing() {
        for (var how : Task.Loss.values()) {
            assertEquals(0, loss(task(how, 0, 0), ALL, 0));
            assertEquals(loss(task(how, 0, 0), ALL, 1), loss(task(how, 0, 0), ALL, 0.5f), 1e-5); // there is no other pair
        }
    }

    @Test
    void noPairIsNoLoss() {
        assertEquals(0, loss(task(Task.Loss.infonce, 0, 0), new float[BATCH], 1));
        assertEquals(0, loss(task(Task.Loss.sigmoid, 0, 0), new float[BATCH], 1));
    }

    /** In it both modalities become one and the same concept, of which nothing could be learnt; the embeddings are aligned all the same. */
    @Test
    void besideAConceptTheEmbeddingItselfIsAligned() {
        var variables = new ReferenceEngine().variables();
        variables.put("alignment.concepts", TensorType.f32(1, DIM), new float[] {1, 0, 0});
        try (var program = program(task(Task.Loss.infonce, 0, 1), variables)) {
            double embeddings = (direction(X, Y, ALL, new float[0]) + direction(Y, X, ALL, new float[0])) / 2;
            double distances = 0;
            for (var rows : List.of(X, Y)) {
                for (int i = 0; i < BATCH; i++) {
                    distances += 1.25 * (2 - 2 * rows[i * DIM]) / BATCH; // both are of length 1
                }
            }
            assertEquals((embeddings + Math.log(BATCH)) / 2 + distances, loss(program, ALL, 1), 1e-4);
        }
    }

    @Test
    void anEmbeddingBecomesTheNearestConcept() {
        var graph = new Graph(1);
        var settings = new ModelSettings(1, 2, 1, 1, 1, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var found = new Codebook(new Building(graph, Mode.TRAINING, settings), 3)
                .look(graph.input("x", TensorType.f32(2, 2)), graph.input("present", TensorType.f32(2)));
        graph.output("concepts", found.concepts());
        graph.output("loss", found.loss());
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        variables.put("alignment.concepts", TensorType.f32(3, 2), new float[] {1, 0, 0, 1, -1, 0});
        try (var program = engine.compile(graph, variables)) {
            program.write("x", new float[] {0.8f, 0.1f, 0.2f, 0.6f});
            program.write("present", new float[] {1, 1});
            program.run();
            assertArrayEquals(new float[] {1, 0, 0, 1}, program.floats("concepts"), 1e-6f);
            assertEquals(1.25 * (0.04 + 0.01 + 0.04 + 0.16) / 2, program.scalar("loss"), 1e-6); // the codebook's and a quarter of commitment
            assertTrue(Float.isFinite(program.scalar("loss")));
        }
    }
}
