package patchbay.attention.hierarchical;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.spi.Attention.Scope;
import patchbay.spi.Mode;
import patchbay.tensor.Initializer;
import patchbay.tensor.Runs;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.ChooseSections;
import patchbay.tensor.operations.CutSentences;

/**
 * The sentences of some texts.
 *
 * @param own the first token of each token's sentence, i32 [B, T]
 * @param number which sentence that is, i32 [B, T]
 * @param begins the first token of each sentence, and behind the last one where the text ends: i32 [B, N + 1], N whole sections
 */
record Sentences(Tensor own, Tensor number, Tensor begins, HierarchicalAttention.Options options) {

    static Sentences of(Scope scope, HierarchicalAttention.Options options) {
        var fresh = scope.ends(options.ends() + (options.lines() ? "\n" : ""));
        var ends = scope.cached("ends", fresh.toFloat()).toInt(); // [B, S]
        int sections = ends.dim(1) / options.shortest() / options.section() + 1;
        var cut = new CutSentences(fresh.dim(1), sections * options.section(), options.shortest(), options.longest());
        var outputs = scope.graph().apply(cut, List.of(ends, scope.start()));
        return new Sentences(outputs.get(0), outputs.get(1), outputs.get(2), options);
    }

    /** A key and a value for each sentence, [B, N, H, head dim], which are of use when it is over. */
    record Summaries(Tensor keys, Tensor values) {

        /** What each query makes of the keys of its run. */
        private static Summaries of(Runs runs, Tensor queries, Tensor keys, Tensor values, float scale) {
            return new Summaries(runs.attend(queries, keys, keys, scale, Optional.empty()).output(),
                    runs.attend(queries, keys, values, scale, Optional.empty()).output());
        }
    }

    /**
     * The sentences, each by what a vector that is learnt sees in it.
     *
     * @param k of the fresh tokens, [B, T, H, head dim]
     * @param values of all tokens, [B, S, H, head dim]
     */
    Summaries summaries(Scope scope, Tensor k, Tensor values, float scale) {
        int batch = k.dim(0);
        int heads = k.dim(2);
        int dim = k.dim(3);
        var pool = scope.undecayed("pool", Shape.of(heads, dim), Initializer.zeros());
        var keys = scope.cached("plain-keys", k);
        if (scope.mode() == Mode.DECODING) { // sentences are summed up as far as each token, and of those that are over the last token's row is taken
            var fresh = Summaries.of(Runs.since(own, scope.start()), pool.broadcastTo(k.shape()), keys, values, scale);
            return new Summaries(ofLast(scope.cached("sentence-keys", fresh.keys)), ofLast(scope.cached("sentence-values", fresh.values)));
        }
        int sentences = begins.dim(1) - 1;
        var first = begins.slice(1, 0, sentences);
        var behind = begins.slice(1, 1, sentences + 1);
        var all = new Runs(first.reshape(batch, 1, sentences, 1), behind.reshape(batch, 1, sentences, 1), first, Optional.empty());
        return Summaries.of(all, pool.broadcastTo(Shape.of(batch, sentences, heads, dim)), keys, values, scale);
    }

    /** The rows [B, S, …] of each sentence's last token. */
    private Tensor ofLast(Tensor rows) {
        int batch = rows.dim(0);
        int tokens = rows.dim(1);
        var before = IntStream.range(0, batch).map(b -> b * tokens - 1).toArray();
        var last = begins.slice(1, 1, begins.dim(1)).add(rows.graph().constant(Shape.of(batch, 1), before));
        return rows.reshape(batch * tokens, rows.dim(2), rows.dim(3)).gather(last);
    }

    /** Which sentences each token sees: the nearest before its own, and those of the sections whose mean key fits its query best. */
    Runs chosen(Tensor q, Tensor keys) {
        int sections = keys.dim(1) / options.section();
        var means = keys.reshape(keys.dim(0), sections, options.section(), keys.dim(2), keys.dim(3)).mean(2);
        var runs = q.graph().apply(new ChooseSections(options.section(), options.near(), options.sections()), List.of(q, means, number));
        return new Runs(runs.get(0), runs.get(1), number, Optional.empty());
    }
}
