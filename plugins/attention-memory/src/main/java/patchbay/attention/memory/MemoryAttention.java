package patchbay.attention.memory;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.spi.Tier;
import patchbay.tensor.Attended;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Attention over three tiers: the {@code recent} tokens exactly, a working tier of the earlier keys that got most attention (the heavy hitters of
 * Zhang et al. 2023, H2O, section 4), and blocks of the whole past that were found by the query in an index (Wu et al. 2022, Memorizing
 * Transformers; Xiao et al. 2024, InfLLM). The tiers hold different tokens, so their attentions come together exactly
 * ({@link Attended#together}). What is in the two far tiers is decided by whoever reads the text, between two passes; where nobody does, as in
 * training, they are empty, and with no more than {@code recent} tokens this is {@code full}.
 *
 * <p>Keys are kept as they were before positions were put in. Up to {@code exact} tokens back they stand where they stood, and all others,
 * of whichever tier, {@code exact} tokens back: distances stay among those that the model knows (InfLLM, section 3.2; the same within the window as
 * Su's ReRoPE, 2023). A model that trains with an {@code exact} below its context learns to find what is far by what it says.
 *
 * <p>Departing from H2O, attention is summed up over the last {@code observed} queries of a pass (SnapKV, Li et al. 2024, does so once, for the prompt), and
 * as it would be from {@code exact} tokens back: a key does not matter for having been beside its query.
 */
@Component
@Plugin("memory")
public class MemoryAttention implements Attention {

    /** The options. */
    public @interface Options {

        /** How many tokens are seen exactly, one's own among them. */
        int recent() default 4096;

        /** How many earlier keys of each head are kept for the attention that they got. */
        int working() default 16384;

        /** How many earlier keys of each head there is room for that an index found. */
        int retrieved() default 1024;

        /** From how far back on tokens all stand equally far; 0 for {@code recent}. */
        int exact() default 0;

        /** How many tokens before its own are mixed into each token that comes in, by learnt weights a channel (canon layers, Allen-Zhu 2025, section 3). */
        int shift() default 0;

        /**
         * Whether a token's key is the query of the token before it, so that a token finds what came after those that it resembles: what a layer and half of
         * training else go into (n-gram heads, Akyürek et al. 2024, section 5; one projection for queries and keys as in Reformer, Kitaev et al. 2020).
         */
        boolean successor() default false;

        /** How many of a pass's queries, the last, tell which keys matter. */
        int observed() default 32;

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = checked(scope.options(Options.class));
        int recent = options.recent();
        int exact = options.exact() == 0 ? recent : Math.min(options.exact(), recent);
        var bare = options.successor() ? successors(scope, x, options.shift()) : Heads.bare(scope, shifted(scope, x, options.shift()), options.keyHeads(), false);
        var keys = scope.cached("keys", bare.keys());
        var seen = new Heads(scope.rotate(bare.queries()), scope.rotate(keys, at(scope, 0)), scope.cached("values", bare.values()));
        int rows = keys.dim(1);
        var parts = new ArrayList<Attended>();
        parts.add(seen.attend(scope, Math.min(exact, patchbay.tensor.operations.Attention.PAST), 0, scope.bias(rows)));
        var working = scope.tier("working", options.working(), recent, bare.keys());
        var retrieved = scope.tier("retrieved", options.retrieved(), recent, bare.keys());
        boolean far = rows > exact;
        if (far || working.isPresent()) {
            var view = FarView.of(scope, bare.queries(), exact);
            if (far) {
                parts.add(view.earlier(keys, seen.values(), recent));
            }
            Stream.of(working, retrieved).flatMap(Optional::stream).map(view::all).forEach(parts::add);
            working.ifPresent(tier -> tell(scope, view, keys, tier, parts, options.observed()));
        }
        return Heads.joined(scope, parts.size() == 1 ? parts.getFirst().output() : Attended.together(parts));
    }

    /**
     * x with the {@code count} tokens before each mixed in: a key can then say what came before its value, which by attention alone takes a layer
     * more to learn.
     */
    private static Tensor shifted(Scope scope, Tensor x, int count) {
        return count == 0 ? x : mixed(scope, x, x.dim(1), count, 0, scope.cached("inputs", x));
    }

    /** Queries of the tokens and, as keys, of those before them; a first token's key is that of nothing. */
    private static Heads successors(Scope scope, Tensor x, int count) {
        int b = x.dim(0), time = x.dim(1), heads = scope.heads();
        var rows = scope.cached("inputs", x);
        var now = mixed(scope, x, time, count, 0, rows);
        var before = mixed(scope, back(scope, rows, 1, time), time, count, 1, rows);
        var both = scope.linear("query", Layout.concat(1, now, before), scope.dim()).reshape(b, 2 * time, heads, scope.dim() / heads);
        var values = scope.linear("value", now, scope.dim()).reshape(b, time, heads, scope.dim() / heads);
        return new Heads(scope.sharpened(both.slice(1, 0, time)), both.slice(1, time, 2 * time), values);
    }

    /** @param behind how far behind the tokens that come in those are that others are mixed into */
    private static Tensor mixed(Scope scope, Tensor tokens, int time, int count, int behind, Tensor rows) {
        if (count == 0) {
            return tokens;
        }
        var weights = scope.undecayed("shift", Shape.of(count, scope.dim()), Initializer.normal(0.5f));
        var mixed = tokens;
        for (int back = 1; back <= count; back++) {
            mixed = mixed.add(back(scope, rows, behind + back, time).multiply(weights.slice(0, back - 1, back)));
        }
        return mixed;
    }

    /** Of {@code rows}, which begin with the text, those that are so far back from the tokens that come in; zeros before the first. */
    private static Tensor back(Scope scope, Tensor rows, int distance, int time) {
        return rows.pad(1, distance, 0).readRows(scope.start(), time);
    }

    private static Options checked(Options options) {
        if (options.successor() && options.keyHeads() != 0) {
            throw new UserError("key-heads is " + options.keyHeads() + "; with successor there are as many key heads as query heads");
        }
        if (options.recent() < 1 || options.working() < 1 || options.retrieved() < 1 || options.exact() < 0 || options.shift() < 0 || options.observed() < 1) {
            throw new UserError("recent is " + options.recent() + ", working " + options.working() + ", retrieved " + options.retrieved()
                    + ", exact " + options.exact() + ", shift " + options.shift() + ", observed " + options.observed()
                    + "; exact and shift must be at least 0, the others at least 1");
        }
        return options;
    }

    private static Tensor at(Scope scope, int position) {
        return scope.graph().constant(Shape.of(1), position);
    }

    /** What a session decides by: the queries, as they look for what is far, and how much attention each kept key got. */
    private static void tell(Scope scope, FarView view, Tensor keys, Tier working, List<Attended> parts, int observed) {
        scope.shown("queries", view.queries());
        var normalizer = normalizer(parts);
        scope.shown("recent-attention", view.attention(keys, scope.start(), normalizer, observed));
        scope.shown("working-attention", view.attention(working.keys(), working.used(), normalizer, observed));
    }

    /** The log-sum-exp of the scores of all {@code parts}, the first of which has a key for every query: [B, H, T]. */
    private static Tensor normalizer(List<Attended> parts) {
        var first = parts.getFirst().normalizer();
        var one = first.shape().append(1);
        var shares = Layout.concat(3, parts.stream().map(part -> part.normalizer().reshape(one)).toList()).logSoftmax();
        return first.subtract(shares.slice(3, 0, 1).reshape(first.shape()));
    }
}
