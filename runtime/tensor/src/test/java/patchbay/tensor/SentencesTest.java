package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.tensor.operations.ChooseSections;
import patchbay.tensor.operations.CutSentences;
import patchbay.tensor.reference.ReferenceEngine;

class SentencesTest {

    private static List<int[]> run(Graph graph, List<Tensor> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            graph.output("y" + i, outputs.get(i));
        }
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            program.run();
            var values = new ArrayList<int[]>();
            for (int i = 0; i < outputs.size(); i++) {
                values.add(program.ints("y" + i));
            }
            return values;
        }
    }

    /** Too short a sentence goes on; too long a one is cut. */
    @Test
    void sentencesEndWhereTheyMay() {
        int[] ends = {1, 0, 1, 0, 0, 0, 0, 1, 0, 0};
        int[] own = {0, 0, 0, 3, 3, 3, 3, 7, 7, 7};
        int[] number = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
        for (int start : new int[] {0, 6}) {
            var graph = new Graph();
            int time = 9 - start; // of ten places in a cache
            var cut = graph.apply(new CutSentences(time, 6, 2, 4), List.of(graph.constant(Shape.of(1, 10), ends), graph.constant(Shape.of(1), start)));
            var values = run(graph, cut);
            assertArrayEquals(Arrays.copyOfRange(own, start, 9), values.get(0));
            assertArrayEquals(Arrays.copyOfRange(number, start, 9), values.get(1));
            assertArrayEquals(new int[] {0, 3, 7, 9, 9, 9, 9}, values.get(2));
        }
    }

    /** Sections 0 … 3 of two sentences have the keys 1, 5, 3 and 7; the near ones are not among them. */
    @Test
    void theBestSectionsAndTheNearestSentences() {
        var graph = new Graph();
        var q = graph.constant(Shape.of(1, 5, 1, 1), 1f, 1f, 1f, -1f, 1f);
        var sections = graph.constant(Shape.of(1, 4, 1, 1), 1f, 5f, 3f, 7f);
        var number = graph.constant(Shape.of(1, 5), 0, 4, 7, 8, 100);
        var values = run(graph, graph.apply(new ChooseSections(2, 1, 2), List.of(q, sections, number)));
        assertArrayEquals(new int[] {0, 0, 0, /**/ 0, 0, 2, /**/ 2, 4, 6, /**/ 0, 4, 6, /**/ 6, 2, 8}, values.get(0));
        assertArrayEquals(new int[] {0, 0, 0, /**/ 2, 0, 4, /**/ 4, 6, 7, /**/ 2, 6, 8, /**/ 8, 4, 100}, values.get(1));
    }
}
