package patchbay.attention.lsh;

import java.util.SplittableRandom;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.Buckets;

/**
 * Several hashes of vectors by the angle between them: {@code argmax([xR; −xR])} of a random matrix R (Andoni et al. 2015). Of many buckets
 * a hash is a number of several digits, each by a matrix of its own, so that its cost grows with the logarithm of their number, as in the Reformer authors' own code.
 *
 * @param digits of a hash; 0 if there is one bucket
 * @param size columns of a digit's matrix, half of the values that it can have
 * @param rounds hashes
 */
record Hash(int digits, int size, int rounds) {

    /** A digit of more values finds neighbours better, and costs more. */
    private static final int MOST_VALUES = 16;

    /** Hashes of at least {@code buckets} buckets, and few more. */
    static Hash of(int buckets, int rounds) {
        int digits = 0;
        for (long most = 1; most < buckets; most *= MOST_VALUES) {
            digits++;
        }
        int size = 1;
        while (Math.pow(2 * size, digits) < buckets) {
            size++;
        }
        return new Hash(digits, size, digits == 0 ? 1 : rounds);
    }

    /** Buckets of one hash. */
    int count() {
        return (int) Math.round(Math.pow(2 * size, digits));
    }

    /** Of x [B, T, H, D] the bucket in each round, i32 [B, T, H, rounds]. No gradient passes. */
    Tensor buckets(Tensor x, long seed) {
        var rounded = Shape.of(x.dim(0), x.dim(1), x.dim(2), rounds);
        if (digits == 0) {
            return x.graph().constant(rounded, new int[rounded.size()]);
        }
        var projections = x.matmul(rotations(x, seed)).reshape(rounded.append(digits, size));
        return x.graph().apply(new Buckets(), projections);
    }

    /** [D, rounds · digits · size]; more rounds leave the first ones as they are. */
    private Tensor rotations(Tensor x, long seed) {
        int dim = x.dim(3);
        int columns = rounds * digits * size;
        var random = new SplittableRandom(seed);
        var values = new float[dim * columns];
        for (int column = 0; column < columns; column++) {
            for (int d = 0; d < dim; d++) {
                values[d * columns + column] = (float) random.nextGaussian();
            }
        }
        return x.graph().constant(Shape.of(dim, columns), values);
    }
}
