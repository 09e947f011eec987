package patchbay.tensor;

import java.util.SplittableRandom;
import patchbay.tensor.reference.ReferenceEngine;

/** Values of tensors that depend on constants only, by the reference engine. */
final class Evaluation {

    private Evaluation() {}

    static float[] floats(Tensor tensor) {
        return run(tensor).floats(last(tensor));
    }

    static int[] ints(Tensor tensor) {
        return run(tensor).ints(last(tensor));
    }

    private static String last(Tensor tensor) {
        return "value" + (tensor.graph().outputs().size() - 1);
    }

    private static Program run(Tensor tensor) {
        var name = "value" + tensor.graph().outputs().size();
        tensor.graph().output(name, tensor);
        var engine = new ReferenceEngine();
        var program = engine.compile(tensor.graph(), engine.variables());
        program.run();
        return program;
    }

    /** {@code size} values from [−2, 2). */
    static float[] random(int size, int seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    /** {@code size} whole numbers from {@code from} to {@code to} (excluded). */
    static int[] randomInts(int size, int from, int to, int seed) {
        return new SplittableRandom(seed).ints(size, from, to).toArray();
    }
}
