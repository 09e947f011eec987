package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Twins of {@link patchbay.kernels.Dispatch}. */
public final class Dispatch {

    private Dispatch() {}

    public static void dispatch(int first, int count, float[] rows, float[] weights, int[] order, int[] offsets, float[] out,
            int groups, int k, int dim) {
        int whole = Vectors.floor(dim);
        int places = Math.min(first + count, offsets[groups]);
        for (int place = first; place < places; place++) {
            int entry = order[place];
            int from = entry / k * dim;
            int to = place * dim;
            float weight = weights[entry];
            for (int d = 0; d < whole; d += LANES) {
                load(rows, from + d).mul(weight).intoArray(out, to + d);
            }
            for (int d = whole; d < dim; d++) {
                out[to + d] = weight * rows[from + d];
            }
        }
        int beyond = Math.max(first, offsets[groups]);
        if (beyond < first + count) {
            Arrays.fill(out, beyond * dim, (first + count) * dim, 0);
        }
    }

    public static void combine(int first, int count, float[] sorted, float[] weights, int[] inverse, float[] out, int k, int dim) {
        int whole = Vectors.floor(dim);
        for (int row = first; row < first + count; row++) {
            int to = row * dim;
            for (int d = 0; d < whole; d += LANES) {
                var total = FloatVector.zero(FLOATS);
                for (int choice = row * k; choice < row * k + k; choice++) {
                    if (inverse[choice] >= 0) {
                        total = load(sorted, inverse[choice] * dim + d).mul(weights[choice]).add(total);
                    }
                }
                total.intoArray(out, to + d);
            }
            for (int d = whole; d < dim; d++) {
                float total = 0;
                for (int choice = row * k; choice < row * k + k; choice++) {
                    if (inverse[choice] >= 0) {
                        total += weights[choice] * sorted[inverse[choice] * dim + d];
                    }
                }
                out[to + d] = total;
            }
        }
    }

    public static void products(int first, int count, float[] sorted, float[] rows, int[] inverse, float[] out, int k, int dim) {
        int whole = Vectors.floor(dim);
        for (int entry = first; entry < first + count; entry++) {
            int place = inverse[entry];
            float sum = 0;
            if (place >= 0) {
                int a = place * dim;
                int b = entry / k * dim;
                var total = FloatVector.zero(FLOATS);
                for (int d = 0; d < whole; d += LANES) {
                    total = load(sorted, a + d).fma(load(rows, b + d), total);
                }
                sum = Vectors.sum(total);
                for (int d = whole; d < dim; d++) {
                    sum += sorted[a + d] * rows[b + d];
                }
            }
            out[entry] = sum;
        }
    }
}
