package patchbay.attention.windowglobal;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.RangedAttention;

/**
 * A window below and chosen tokens above: {@code (1 − g) · local + g · global}, where local is attention to the last {@code window} positions, global
 * is attention to a share of all tokens before, and g = σ(gate) is learnt by each head and begins near 0 (local and global attention as in
 * Beltagy et al. 2020, section 3.1, whose global tokens are given by the task and not chosen).
 *
 * <p>Which tokens are global is decided for one span of the text after the other, by a learnt score w·x: of each {@code span} the best. They are
 * seen from the span's last token on, as only then all that they were chosen among is known. A chosen token's value is multiplied by
 * the sigmoid of its score, through which the score learns (Raposo et al. 2024, equation 1, do so with what their blocks yield).
 * With a share of 1 nothing is chosen: every token is seen from itself on, as it is.
 *
 * <p>Rotary positions are in the keys, chosen or not. What positions add to the scores by distance is added in the window alone: among what was
 * chosen from afar it would leave the nearest only. The cost of the global part still grows with the square of the length, by
 * a factor that is the share of full attention's.
 */
@Component
@Plugin("window-global")
public class WindowGlobal implements Attention {

    /** The options. */
    public @interface Options {

        /** How many positions the local part sees, a token's own among them. */
        int window() default 1024;

        /** Which part of all tokens is global, more than 0 and at most 1. */
        float share() default 0.1f;

        /** How many tokens in a row those that become global are chosen among. */
        int span() default 160;

        /** Each head's gate at the beginning, before the sigmoid: −4 is 2 % global. */
        float gate() default -4;

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.window() < 1 || options.span() < 1 || !(options.share() > 0 && options.share() <= 1)) {
            throw new UserError("window is " + options.window() + ", span " + options.span() + ", share " + options.share()
                    + "; the first two must be at least 1, share more than 0 and at most 1");
        }
        int best = Math.max(1, Math.round(options.share() * options.span()));
        var spans = best < options.span() ? new Spans(options.span(), best) : new Spans(1, 1); // nothing to choose, nothing to wait for
        var heads = Heads.project(scope, x, options.keyHeads(), false);
        int window = Math.min(options.window(), patchbay.tensor.operations.Attention.PAST);
        var local = heads.attend(scope, window, 0, scope.bias(heads.keys().dim(1))).output();

        var finished = spans.finished(scope, x.dim(1)); // [T]
        var global = global(scope, heads, spans.chosen(scope, x, heads), finished.multiply(scope.graph().constant(Shape.of(1), spans.best)));
        var gate = scope.undecayed("gate", Shape.of(scope.heads()), Initializer.constant(options.gate())).sigmoid();
        var any = finished.toFloat().clamp(0, 1).reshape(x.dim(1), 1, 1); // before the first span's end all is local
        var share = any.multiply(gate.reshape(scope.heads(), 1)); // [T, H, 1]
        return Heads.joined(scope, local.add(global.subtract(local).multiply(share)));
    }

    /**
     * @param chosen the keys and values of the global tokens
     * @param seen how many of them each query sees, [T]
     */
    private static Tensor global(Scope scope, Heads heads, Heads chosen, Tensor seen) {
        int time = seen.dim(0);
        var ends = seen.reshape(time, 1);
        var ranges = Layout.concat(1, ends.subtract(ends), ends).reshape(1, time, 1, 1, 2);
        var how = new RangedAttention((float) (1 / Math.sqrt(heads.queries().dim(3))));
        return Networks.attend(how, heads.queries(), chosen.keys(), chosen.values(), ranges, scope.start(), Optional.empty()).output();
    }

    /**
     * How tokens are chosen.
     *
     * @param length of a span
     * @param best how many of its tokens become global
     */
    private record Spans(int length, int best) {

        /** How many spans have ended with each token or before: [T]. */
        Tensor finished(Scope scope, int time) {
            var ends = scope.graph().constant(Shape.of(time), IntStream.rangeClosed(1, time).toArray());
            return scope.start().add(ends).divide(number(scope, length));
        }

        /** The keys and values of the best of every span; those of a span that has not ended are undefined. */
        Heads chosen(Scope scope, Tensor x, Heads heads) {
            if (length == 1) {
                return heads;
            }
            int spans = x.dim(1) / length + 1; // that may end among these tokens
            var first = scope.start().divide(number(scope, length));
            var from = first.multiply(number(scope, length));
            var scores = scope.cached("scores", scope.linear("score", x, 1)).readRows(from, spans * length).reshape(x.dim(0), spans, length);
            var top = scores.topK(best);
            var places = top.indices().add(scope.graph().constant(Shape.of(x.dim(0), spans, 1),
                    IntStream.range(0, x.dim(0) * spans).map(span -> span * length).toArray())).reshape(x.dim(0), spans * best);
            var weights = top.values().sigmoid().reshape(x.dim(0), spans * best, 1, 1);
            var at = first.multiply(number(scope, best));
            return new Heads(heads.queries(), kept(scope, "global-keys", taken(heads.keys(), from, spans * length, places), heads.keys().dim(1), at),
                    kept(scope, "global-values", taken(heads.values(), from, spans * length, places).multiply(weights), heads.keys().dim(1), at));
        }

        private Tensor kept(Scope scope, String name, Tensor rows, int tokens, Tensor at) {
            return scope.cached(name, rows.shape().with(1, (tokens / length + 1) * best), cache -> cache.writeRows(rows, at));
        }

        /** Rows [B, count, G, D] of all, {@code places} among the {@code tokens} from {@code from} on: [B, count, G, D]. */
        private static Tensor taken(Tensor all, Tensor from, int tokens, Tensor places) {
            return all.readRows(from, tokens).reshape(-1, all.dim(2), all.dim(3)).gather(places);
        }

        private static Tensor number(Scope scope, int number) {
            return scope.graph().constant(Shape.of(1), number);
        }
    }
}
