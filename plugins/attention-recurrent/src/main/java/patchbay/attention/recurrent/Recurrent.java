package patchbay.attention.recurrent;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.RangedAttention;

/**
 * Attention to one's own segment and, without a gradient to what was computed there, to the one before, by relative positions (Transformer-XL, Dai et al. 2019,
 * section 3): with n layers a token is told of n segments before its own. The score of query i and key j is
 * {@code (q_i + u)·k_j + (q_i + v)·W r(i − j)}, u and v learnt for each head, r sines and cosines. Those of a difference are sums of products of those of i and of j,
 * so that the second term too is a product of a row of i's and a row of j's, and the whole is an attention of wider heads.
 *
 * <p>The model's own positions it asks for nothing. Of the paper's sines and cosines, as many as the model is wide, there are fewer where {@code frequencies} says so:
 * distances are below two segments.
 */
@Component
@Plugin("recurrent")
public class Recurrent implements Attention {

    /** The options. */
    public @interface Options {

        /** Tokens of a segment. */
        int segment() default 64;

        /** How many sines and cosines distances are told by. */
        int frequencies() default 16;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        if (options.segment() < 1 || options.frequencies() < 1) {
            throw new UserError("segment is " + options.segment() + ", frequencies " + options.frequencies() + "; both must be at least 1");
        }
        var distances = new Distances(scope, options.frequencies());
        return Heads.joined(scope, scope.mode() == Mode.DECODING ? next(scope, x, options.segment(), distances) : whole(scope, x, options.segment(), distances));
    }

    /** All segments side by side: what is remembered of the one before is what this very layer was given of it. */
    private static Tensor whole(Scope scope, Tensor x, int most, Distances distances) {
        int b = x.dim(0), t = x.dim(1), heads = scope.heads(), d = scope.dim() / heads;
        int segment = Math.min(most, t);
        int segments = Math.ceilDiv(t, segment);
        int before = segments == 1 ? 0 : segment; // keys before those of the segment itself
        var padded = x.pad(1, 0, segments * segment - t); // behind all others, so that none sees it
        var queries = project(scope, "query", padded).reshape(b * segments, segment, heads, d);
        var keys = recalled(scope, "key", padded, segments, before);
        var values = recalled(scope, "value", padded, segments, before);
        var places = distances.places(0, before + segment);
        var ranges = IntStream.range(0, b * segments * segment)
                .flatMap(query -> IntStream.of(query / segment % segments == 0 ? before : 0, before + query % segment + 1)).toArray();
        var mixed = distances.attend(queries, places.slice(0, before, before + segment), keys, places, values,
                scope.graph().constant(Shape.of(b * segments, segment, 1, 1, 2), ranges));
        return mixed.reshape(b, segments * segment, heads, d).slice(1, 0, t);
    }

    /** What a projection makes of each segment and of the one before it: [B · segments, before + segment, H, head dim]. */
    private static Tensor recalled(Scope scope, String name, Tensor padded, int segments, int before) {
        int b = padded.dim(0), segment = padded.dim(1) / segments, heads = scope.heads(), d = scope.dim() / heads;
        var own = project(scope, name, padded).reshape(b, segments, segment, heads * d);
        if (before == 0) {
            return own.reshape(b, segment, heads, d);
        }
        var past = project(scope, name, padded.slice(1, 0, (segments - 1) * segment).stopGradient()).reshape(b, segments - 1, segment, heads * d)
                .pad(1, 1, 0); // nothing is before the first
        return Layout.concat(2, past, own).reshape(b * segments, before + segment, heads, d);
    }

    /** Some tokens behind those in the cache. */
    private static Tensor next(Scope scope, Tensor x, int segment, Distances distances) {
        int b = x.dim(0), t = x.dim(1), heads = scope.heads(), d = scope.dim() / heads;
        var graph = scope.graph();
        var keys = scope.cached("keys", project(scope, "key", x).reshape(b, t, heads, d));
        var values = scope.cached("values", project(scope, "value", x).reshape(b, t, heads, d));
        var positions = graph.constant(Shape.of(t), IntStream.range(0, t).toArray()).add(scope.start()); // [T]
        var first = positions.divide(segment).subtract(1).maximum(graph.constant(Shape.scalar(), 0)).multiply(segment);
        var ranges = Layout.concat(1, first.unsqueeze(1), positions.add(1).unsqueeze(1)).reshape(1, t, 1, 1, 2);
        return distances.attend(project(scope, "query", x).reshape(b, t, heads, d), distances.places(positions.toFloat()), keys, distances.places(0, keys.dim(1)),
                values, ranges);
    }

    private static Tensor project(Scope scope, String name, Tensor x) {
        return scope.linear(name, x, scope.dim());
    }

    /** Scores by what stands in keys, and by how far they are. */
    private record Distances(Scope scope, int frequencies) {

        /** Sines and cosines of the positions from {@code from} to before {@code to}: [positions, 2 · frequencies], the sines first. */
        Tensor places(int from, int to) {
            var values = new float[(to - from) * 2 * frequencies];
            for (int position = from; position < to; position++) {
                for (int m = 0; m < frequencies; m++) {
                    int at = (position - from) * 2 * frequencies + m;
                    values[at] = (float) Math.sin(position * speed(m));
                    values[at + frequencies] = (float) Math.cos(position * speed(m));
                }
            }
            return scope.graph().constant(Shape.of(to - from, 2 * frequencies), values);
        }

        /** The same of positions that are known when the graph runs, f32[T]. */
        Tensor places(Tensor positions) {
            var speeds = new float[frequencies];
            for (int m = 0; m < frequencies; m++) {
                speeds[m] = (float) speed(m);
            }
            var angles = positions.unsqueeze(1).multiply(scope.graph().constant(Shape.of(frequencies), speeds));
            return Layout.concat(1, angles.sin(), angles.cos());
        }

        private double speed(int m) {
            return Math.pow(10_000, -(double) m / frequencies);
        }

        /**
         * @param queries [B, T, H, head dim]
         * @param queryPlaces [T, 2 · frequencies]
         * @param keys [B, S, H, head dim]
         * @param keyPlaces [S, 2 · frequencies]
         * @return [B, T, H, head dim]
         */
        Tensor attend(Tensor queries, Tensor queryPlaces, Tensor keys, Tensor keyPlaces, Tensor values, Tensor ranges) {
            int b = queries.dim(0), t = queries.dim(1), heads = queries.dim(2), d = queries.dim(3);
            var asked = Layout.concat(3, queries.add(bias("content-bias", heads, d)), turned(byDistance(queries.add(bias("position-bias", heads, d))), queryPlaces));
            var wide = Shape.of(b, keys.dim(1), heads, 2 * frequencies);
            var offered = Layout.concat(3, keys, keyPlaces.reshape(1, keys.dim(1), 1, 2 * frequencies).broadcastTo(wide));
            return Networks.attend(new RangedAttention((float) (1 / Math.sqrt(d))), asked, offered, values, ranges, scope.graph().constant(Shape.of(1), 0),
                    Optional.empty()).output().reshape(b, t, heads, d);
        }

        private Tensor bias(String name, int heads, int d) {
            return scope.undecayed(name, Shape.of(heads, d), Initializer.normal(0.02f));
        }

        /** What each query thinks of each sine and cosine of a distance: [B, T, H, head dim] → [B, T, H, 2 · frequencies]. */
        private Tensor byDistance(Tensor queries) {
            int b = queries.dim(0), t = queries.dim(1), heads = queries.dim(2), d = queries.dim(3);
            var weight = scope.parameter("position", Shape.of(heads, d, 2 * frequencies), Initializer.normal((float) (1 / Math.sqrt(2.0 * frequencies))));
            return queries.permute(2, 0, 1, 3).reshape(heads, b * t, d).matmul(weight).reshape(heads, b, t, 2 * frequencies).permute(1, 2, 0, 3);
        }

        /**
         * What queries at x think of distances x − y, as what they think of places y:
         * {@code a sin(x − y) + c cos(x − y) = (c sin x − a cos x) sin y + (a sin x + c cos x) cos y}.
         *
         * @param thoughts [B, T, H, 2 · frequencies]
         */
        private Tensor turned(Tensor thoughts, Tensor places) {
            int t = thoughts.dim(1);
            var parts = thoughts.split(3, frequencies, frequencies);
            var sine = places.slice(1, 0, frequencies).reshape(1, t, 1, frequencies);
            var cosine = places.slice(1, frequencies, 2 * frequencies).reshape(1, t, 1, frequencies);
            var ofSine = parts.get(1).multiply(sine).subtract(parts.get(0).multiply(cosine));
            var ofCosine = parts.get(0).multiply(sine).add(parts.get(1).multiply(cosine));
            return Layout.concat(3, ofSine, ofCosine);
        }
    }
}
