package patchbay.attention.sparseblocks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.spi.Attention;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.SelectBlocks;

/**
 * The keys, or values, that sum up runs of tokens. Those of level 0 end every {@code stride} tokens, each sums up {@code block}; one of a further level
 * sums up {@code growth} of the level before. All lie in one tensor, one level behind the other, each with room for one run that has not
 * ended: what is written there nobody sees before it is written again.
 *
 * @param block tokens that a row of level 0 sums up
 * @param lengths tokens between the ends of neighbouring rows, a number a level; the first is the stride
 * @param offsets where the levels begin, and the last ends
 * @param growth 1 for one level
 * @param seen how many rows of each level a query sees
 * @param selectedBlock tokens of a block that is selected
 */
record Levels(int block, int[] lengths, int[] offsets, int growth, int seen, int selectedBlock) {

    /** As many levels as there are runs to end among {@code tokens}. */
    static Levels of(SparseBlocks.Options options, int tokens) {
        var lengths = IntStream.iterate(options.stride(), length -> length * options.growth())
                .limit(options.growth() == 1 ? 1 : levels(options, tokens)).toArray();
        var offsets = new int[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            offsets[i + 1] = offsets[i] + tokens / lengths[i] + 1;
        }
        int seen = options.growth() == 1 ? offsets[1] : options.levelKeys();
        return new Levels(options.block(), lengths, offsets, options.growth(), seen, options.selectedBlock());
    }

    /** At least those up to the level whose rows are the blocks that are selected. */
    private static int levels(SparseBlocks.Options options, int tokens) {
        int levels = 1;
        for (long length = (long) options.stride() * options.growth(); length <= Math.max(tokens, options.selectedBlock()); length *= options.growth()) {
            levels++;
        }
        return levels;
    }

    /** What {@code tokens} [B, S, G, D] are summed up to, [B, rows, G, D]; of it the runs that may end among {@code time} tokens are computed. */
    Tensor summaries(Attention.Scope scope, String name, Tensor tokens, int time) {
        return scope.cached(name, tokens.shape().with(1, offsets[lengths.length]), rows -> {
            var written = rows;
            for (int level = 0; level < lengths.length; level++) {
                int count = time / lengths[level] + 1;
                var first = scope.start().divide(number(scope, lengths[level]));
                var fresh = level == 0 ? summary(scope, name, overlapping(scope, tokens, first, count))
                        : summary(scope, name + "-again", parts(written, first.multiply(number(scope, growth)).add(number(scope, offsets[level - 1])), count, growth));
                written = written.writeRows(fresh, first.add(number(scope, offsets[level])));
            }
            return written;
        });
    }

    /** The blocks that end with {@code count} strides from {@code first} on: [B, count, block, G, D]. */
    private Tensor overlapping(Attention.Scope scope, Tensor tokens, Tensor first, int count) {
        int stride = lengths[0];
        int before = block / stride - 1; // strides of a block before that which it ends with
        var strides = parts(tokens, first.subtract(number(scope, before)).multiply(number(scope, stride)), count + before, stride);
        return Layout.concat(2, IntStream.rangeClosed(0, before).mapToObj(i -> strides.slice(1, i, i + count)).toList());
    }

    /** Rows from {@code first} on, [B, count, size, G, D]; zeros where there are none. */
    private static Tensor parts(Tensor rows, Tensor first, int count, int size) {
        return rows.readRows(first, count * size).reshape(rows.dim(0), count, size, rows.dim(2), rows.dim(3));
    }

    /** [B, count, size, G, D] → [B, count, G, D]: φ of equation 7. */
    private static Tensor summary(Attention.Scope scope, String name, Tensor parts) {
        int size = parts.dim(2), d = parts.dim(4);
        var placed = parts.add(scope.undecayed(name + "-places", Shape.of(size, 1, d), Initializer.normal(0.1f))).permute(0, 1, 3, 2, 4)
                .reshape(parts.dim(0), parts.dim(1), parts.dim(3), size * d);
        return parts.mean(2).add(scope.residual(name + "-out", scope.linear(name + "-in", placed, d).silu(), d));
    }

    /** Which rows each query sees: [1, T, 1, levels, 2]. */
    Tensor seen(Attention.Scope scope, int time) {
        int levels = lengths.length;
        var graph = scope.graph();
        var offset = graph.constant(Shape.of(levels), Arrays.copyOf(offsets, levels));
        var ends = scope.start().add(graph.constant(Shape.of(time, 1), IntStream.rangeClosed(1, time).toArray()))
                .divide(graph.constant(Shape.of(levels), lengths)); // [T, levels]
        var begins = ends.subtract(number(scope, seen)).maximum(number(scope, 0));
        return Layout.concat(2, begins.add(offset).reshape(time, levels, 1), ends.add(offset).reshape(time, levels, 1))
                .reshape(1, time, 1, levels, 2);
    }

    /** Selects blocks by the keys of the level whose rows are such blocks, and those above it; in the one level that there may be, by several a block. */
    Tensor select(Attention.Scope scope, int n, float scale, Tensor queries, Tensor keys, Tensor normalizer) {
        int bottom = growth == 1 ? 0 : Arrays.binarySearch(lengths, selectedBlock);
        var from = Arrays.copyOfRange(offsets, bottom, lengths.length);
        return scope.graph().apply(new SelectBlocks(selectedBlock, Math.max(growth, 2), selectedBlock / lengths[bottom], n, scale),
                List.of(queries, keys, normalizer.stopGradient(), scope.start(), scope.graph().constant(Shape.of(from.length), from))).getFirst();
    }

    private static Tensor number(Attention.Scope scope, int number) {
        return scope.graph().constant(Shape.of(1), number);
    }
}
