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
 * @param tokens that there may be
 * @param block tokens that a row of level 0 sums up
 * @param lengths tokens between the ends of neighbouring rows, a number a level; the first is the stride
 * @param offsets where the levels begin, and the last ends
 * @param growth 1 for one level
 * @param seen how many rows of each level a query sees
 * @param selectedBlock tokens of a block that is selected
 */
record Levels(int tokens, int block, int[] lengths, int[] offsets, int growth, int seen, int selectedBlock) {

    /** As many levels as there are runs to end among {@code tokens}. */
    static Levels of(SparseBlocks.Options options, int tokens) {
        var lengths = IntStream.iterate(options.stride(), length -> length * options.growth())
                .limit(options.growth() == 1 ? 1 : levels(options, tokens)).toArray();
        var offsets = new int[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            offsets[i + 1] = offsets[i] + tokens / lengths[i] + 1;
        }
        int seen = options.growth() == 1 ? offsets[1] : options.levelKeys();
        return new Levels(tokens, options.block(), lengths, offsets, options.growth(), seen, options.selectedBlock());
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
        var ends = ends(scope, time).reshape(time, 1).divide(graph.constant(Shape.of(levels), lengths)); // [T, levels]
        var begins = ends.subtract(number(scope, seen)).maximum(number(scope, 0));
        return Layout.concat(2, begins.add(offset).reshape(time, levels, 1), ends.add(offset).reshape(time, levels, 1))
                .reshape(1, time, 1, levels, 2);
    }

    /**
     * The blocks that each query looks into, [B, T, G, n, 2], by the keys of the level whose rows are such blocks, and those above it; in the one level that
     * there may be, by several a block. One query of {@code every} selects for all of them: the first, which the others can know of.
     */
    Tensor select(Attention.Scope scope, int every, int n, float scale, Tensor queries, Tensor keys, Tensor normalizer) {
        int b = queries.dim(0), time = queries.dim(1), heads = queries.dim(2), groups = keys.dim(2);
        var graph = scope.graph();
        int count = time / every + 1;
        var first = scope.start().add(number(scope, every - 1)).divide(number(scope, every));
        var chosen = first.multiply(number(scope, every)).subtract(scope.start()).add(places(scope, b, count, time, every)); // [B, count]
        var asking = queries.reshape(b * time, heads, queries.dim(3)).gather(chosen);
        var weights = normalizer.permute(0, 2, 1).reshape(b * time, heads).gather(chosen).permute(0, 2, 1).stopGradient();
        int bottom = growth == 1 ? 0 : Arrays.binarySearch(lengths, selectedBlock);
        var from = Arrays.copyOfRange(offsets, bottom, lengths.length);
        var operation = new SelectBlocks(selectedBlock, Math.max(growth, 2), selectedBlock / lengths[bottom], every, n, scale);
        var fresh = graph.apply(operation, List.of(asking, keys, weights, first, graph.constant(Shape.of(from.length), from))).getFirst()
                .reshape(b, count, groups, 2 * n).toFloat(); // numbers of tokens, which an f32 holds up to 16 M
        int rows = tokens / every + 1;
        var all = scope.cached("blocks", Shape.of(b, rows, groups, 2 * n), lists -> lists.writeRows(fresh, first));
        var own = scope.start().add(graph.constant(Shape.of(time), IntStream.range(0, time).toArray())).divide(number(scope, every))
                .add(places(scope, b, 1, rows, 1)); // [B, T]
        return all.reshape(b * rows, groups, 2 * n).gather(own).toInt().reshape(b, time, groups, n, 2).minimum(ends(scope, time).reshape(time, 1, 1, 1));
    }

    /** {@code sequence · size + i · step} for every sequence and i: [B, count]. */
    private static Tensor places(Attention.Scope scope, int b, int count, int size, int step) {
        return scope.graph().constant(Shape.of(b, count), IntStream.range(0, b * count).map(i -> i / count * size + i % count * step).toArray());
    }

    /** The position behind each query: [T]. */
    private static Tensor ends(Attention.Scope scope, int time) {
        return scope.start().add(scope.graph().constant(Shape.of(time), IntStream.rangeClosed(1, time).toArray()));
    }

    private static Tensor number(Attention.Scope scope, int number) {
        return scope.graph().constant(Shape.of(1), number);
    }
}
