package patchbay.memory;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;

/**
 * How near a probe is to a mean of keys in an index. Graphs of near neighbours need a distance, which a product is not: with one coordinate more all vectors
 * lie on a sphere, and of those the one with the greatest product is the nearest to the probe with 0 as that coordinate (Bachrach et al. 2014, section 3).
 *
 * @param radius of the sphere, for products; a longer vector stays outside of it, and is found a little later than it should
 */
record Measure(MemorySettings.Similarity similarity, float radius) {

    /** With a sphere twice as large as the longest of some keys [.., D] of each layer. */
    static Measure fitting(MemorySettings.Similarity similarity, int dim, float[][] keys) {
        double longest = Arrays.stream(keys).flatMapToDouble(rows -> IntStream.range(0, rows.length / dim)
                .mapToDouble(row -> square(Arrays.copyOfRange(rows, row * dim, (row + 1) * dim)))).max().orElseThrow();
        return new Measure(similarity, 2 * (float) Math.sqrt(longest));
    }

    /** What an index has of a mean of keys [D]. */
    KnnFloatVectorField vector(String field, float[] mean) {
        return switch (similarity) {
            case cosine -> new KnnFloatVectorField(field, mean, VectorSimilarityFunction.COSINE);
            case dot -> {
                var lifted = Arrays.copyOf(mean, mean.length + 1);
                lifted[mean.length] = (float) Math.sqrt(Math.max(0, (double) radius * radius - square(mean)));
                yield new KnnFloatVectorField(field, lifted, VectorSimilarityFunction.EUCLIDEAN);
            }
        };
    }

    /** The {@code count} nearest to a probe [D]. */
    KnnFloatVectorQuery query(String field, float[] probe, int count) {
        return new KnnFloatVectorQuery(field, switch (similarity) {
            case cosine -> probe;
            case dot -> Arrays.copyOf(probe, probe.length + 1);
        }, count);
    }

    private static double square(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += value * value;
        }
        return sum;
    }
}
