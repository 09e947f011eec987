package patchbay.position.temperature;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * The positions in its socket {@code of}, and a temperature τ of attention's softmax: the products q·k are multiplied by 1/τ. It falls in a straight line
 * from {@code from} to {@code to} over the first {@code steps} micro-batches that this scheme sees, so that attention looks around early and decides late; and
 * beyond {@code original-context} positions, if that is given, the products of the query at position p are sharper by ln(p + 1) / ln(original context), so that
 * more keys do not flatten the softmax (Chiang and Cholak 2022, section 5; Qwen, 2023, section 2.3). A bias that positions add to the
 * scores keeps its size.
 */
@Component
@Plugin("temperature")
public class Temperature implements Position {

    private static final String OF = "of";

    /** The options. */
    public @interface Options {

        /** The temperature at first. */
        float from() default 2;

        /** The temperature in the end. */
        float to() default 1;

        /** Micro-batches from the one to the other; 0 begins at the end. */
        int steps() default 1000;

        /** Positions from which on scores get sharper with the logarithm of the position; 0 for never. */
        int originalContext() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public List<Within> within() {
        return List.of(new Within(OF, "rope"));
    }

    @Override
    public Tensor embed(Scope scope, Tensor embeddings) {
        return scope.within(OF).embed(embeddings);
    }

    @Override
    public Tensor rotate(Scope scope, Tensor headed) {
        return scope.within(OF).rotate(headed);
    }

    @Override
    public Optional<Tensor> bias(Scope scope, int heads, int nearest, int distances) {
        return scope.within(OF).bias(heads, nearest, distances);
    }

    @Override
    public Optional<Tensor> sharpness(Scope scope, int time) {
        var options = scope.options(Options.class);
        if (options.from() <= 0 || options.to() <= 0) {
            throw new UserError("the temperature goes from " + options.from() + " to " + options.to() + "; both must be above 0");
        }
        if (options.steps() < 0 || options.originalContext() < 0 || options.originalContext() == 1) {
            throw new UserError("steps is " + options.steps() + ", original-context " + options.originalContext()
                    + "; steps must be at least 0, original-context 0 for none or at least 2");
        }
        var ofTraining = ofTraining(scope, options);
        var sharpness = options.originalContext() == 0 ? ofTraining.broadcastTo(Shape.of(time))
                : ofTraining.multiply(ofPosition(scope, time, options.originalContext()));
        return Optional.of(scope.within(OF).sharpness(time).map(sharpness::multiply).orElse(sharpness));
    }

    /** 1/τ, [1]. */
    private static Tensor ofTraining(Scope scope, Options options) {
        var seen = scope.state("micro-batches", Shape.of(1), Initializer.zeros());
        scope.update(seen, seen.add(1));
        var part = options.steps() == 0 ? scope.graph().filled(Shape.of(1), 1) : seen.divide(options.steps()).clamp(0, 1);
        return scope.graph().filled(Shape.of(1), 1).divide(part.multiply(options.to() - options.from()).add(options.from()));
    }

    /** max(1, ln(p + 1) / ln(context)) of the queries at positions p, [time]. */
    private static Tensor ofPosition(Scope scope, int time, int context) {
        var counted = new float[time];
        for (int t = 0; t < time; t++) {
            counted[t] = t + 1;
        }
        var places = scope.graph().constant(Shape.of(time), counted).add(scope.start().toFloat());
        return places.log().divide((float) Math.log(context)).maximum(scope.graph().filled(Shape.of(time), 1));
    }
}
