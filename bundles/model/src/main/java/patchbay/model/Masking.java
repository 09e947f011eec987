package patchbay.model;

import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Which tokens of a batch a model is to find, and what it sees in their places ({@link Encoder.Scope#masked}).
 *
 * @param ids what is seen, i32[B, T]
 * @param places of the chosen ones, n in each sequence, counted through the batch: i32[B · n]
 * @param targets what stood there, i32[B · n]; −1 where a sequence has not so many
 */
record Masking(Tensor ids, Tensor places, Tensor targets) {

    private static final float SHARE = 0.15f;

    static Masking of(Encoder.Scope scope, Tensor ids, int mask, int first, int vocabulary) {
        var graph = scope.graph();
        int batch = ids.dim(0);
        int time = ids.dim(1);
        int n = Math.max(1, Math.round(SHARE * time));
        boolean training = scope.mode() == Mode.TRAINING;
        var shape = Shape.of(batch, time);
        var draw = training ? scope.uniform(shape) : graph.constant(Shape.of(1, time), scattered(time)).broadcastTo(shape);
        var candidates = draw.add(1).multiply(ids.greaterOrEqual(first)); // 0 for what must not be chosen
        // as many as 15 in 100 of what the sequence has, not of its padding
        var share = ids.greaterOrEqual(first).sum(1).multiply(SHARE).add(0.999f).toInt().unsqueeze(1); // [B, 1]
        var greatest = candidates.topK(n);
        var rank = graph.constant(Shape.of(1, n), ranks(n)).broadcastTo(Shape.of(batch, n));
        var counts = rank.less(share).multiply(greatest.values().greater(0.5f)); // [B, n]
        var least = counts.where(greatest.values(), graph.constant(9f)).min(1).unsqueeze(1); // of those that are chosen
        var chosen = candidates.greaterOrEqual(least); // [B, T]
        var seen = graph.constant(Shape.scalar(), mask);
        var hidden = ids;
        if (training) {
            var fate = scope.uniform(shape);
            var any = scope.uniform(shape).multiply(vocabulary - first).toInt().add(graph.constant(Shape.scalar(), first));
            hidden = chosen.multiply(fate.less(0.9f)).where(any, hidden);
            hidden = chosen.multiply(fate.less(0.8f)).where(seen, hidden);
        } else {
            hidden = chosen.where(seen, hidden);
        }
        var begin = graph.constant(Shape.of(batch, 1), begins(batch, time));
        var places = greatest.indices().add(begin).flatten();
        var one = graph.constant(Shape.scalar(), 1);
        var targets = ids.flatten().add(one).gather(places).multiply(counts.flatten().toInt()).subtract(one);
        return new Masking(hidden, places, targets);
    }

    /** Numbers between 0 and 1 that are different from place to place and always the same. */
    private static float[] scattered(int time) {
        var values = new float[time];
        for (int t = 0; t < time; t++) {
            values[t] = (float) (t * 0.6180339887498949 % 1); // the golden ratio: evenly spread
        }
        return values;
    }

    private static int[] ranks(int n) {
        return java.util.stream.IntStream.range(0, n).toArray();
    }

    private static int[] begins(int batch, int time) {
        return java.util.stream.IntStream.range(0, batch).map(b -> b * time).toArray();
    }
}
