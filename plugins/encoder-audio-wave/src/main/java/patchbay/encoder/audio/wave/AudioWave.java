package patchbay.encoder.audio.wave;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.Unfold.Axis;

/**
 * The samples of a sound through dilated causal convolutions with gates, {@code z = tanh(W_f * x) σ(W_g * x)}, each of which is added to what comes into it and to a
 * sum that skips the others (WaveNet, van den Oord et al. 2016, sections 2.1 to 2.4). As it only looks back, a sound may arrive in parts.
 *
 * <p>Departing from the paper: samples are numbers and not classes, {@code step} of them come in together, and what the network yields of them is averaged over
 * {@code hop} samples to one place of features; behind the skips there are gelus for relus.
 */
@Component
@Plugin("audio-wave")
public class AudioWave implements Encoder {

    /** The options. */
    public @interface Options {

        /** Samples a second that a sound is brought to. */
        int rate() default 8000;

        /** How much of a sound is read, from its beginning. */
        float seconds() default 1;

        /** Samples of a place of features; a multiple of {@code step}. */
        int hop() default 160;

        /** Samples that come in together; 1 in the paper. */
        int step() default 4;

        int channels() default 32;

        /** Of the sum that skips layers; 0 is as many as {@code channels}. */
        int skipChannels() default 0;

        int layers() default 8;

        /** Layers of which each looks twice as far back as the one before; then it begins again with 1. */
        int cycle() default 8;

        /** How many steps a convolution sees. */
        int kernel() default 2;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    private static Samples samples(Setting setting) {
        var options = setting.options(Options.class);
        if (options.step() < 1 || options.hop() < 1 || options.hop() % options.step() != 0) {
            throw new UserError("hop is " + options.hop() + ", step " + options.step() + "; hop must be a multiple of step");
        }
        if (options.channels() < 1 || options.skipChannels() < 0 || options.layers() < 1 || options.kernel() < 1 || options.cycle() < 1 || options.cycle() > 20) {
            throw new UserError("channels is " + options.channels() + ", skip-channels " + options.skipChannels() + ", layers " + options.layers() + ", kernel "
                    + options.kernel() + ", cycle " + options.cycle() + "; all but skip-channels are at least 1, and cycle at most 20");
        }
        return Samples.of(options);
    }

    @Override
    public Reader reader(Setting setting) {
        return samples(setting).reader();
    }

    @Override
    public Optional<Incoming> incoming(Setting setting) {
        return Optional.of(new ArrivingSamples(samples(setting)));
    }

    @Override
    public Features forward(Scope scope) {
        var options = scope.options(Options.class);
        var samples = scope.input(Samples.SAMPLES); // [B, places · hop]
        int b = scope.batch(), steps = samples.dim(1) / options.step(), each = options.hop() / options.step();
        var sound = convolved(scope, samples.reshape(b, steps, options.step()), options).reshape(b, steps / each, each, scope.dim());
        var there = scope.graph().constant(Shape.of(1, steps), IntStream.range(0, steps).map(step -> step * options.step()).toArray())
                .less(scope.input(Samples.LENGTH)).reshape(b, steps / each, each, 1); // which steps are of the sound, and not behind it
        var counts = there.sum(2); // [B, places, 1]
        var places = sound.multiply(there).sum(2).divide(counts.maximum(scope.graph().constant(1f)));
        return Features.averaged(scope, places, counts.reshape(b, steps / each).divide(each));
    }

    /** [B, steps, step] → [B, steps, dim]. */
    private static Tensor convolved(Scope scope, Tensor samples, Options options) {
        int skipChannels = options.skipChannels() == 0 ? options.channels() : options.skipChannels();
        var x = scope.affine("input", samples, options.channels());
        var skips = scope.graph().constant(0f);
        for (int layer = 0; layer < options.layers(); layer++) {
            var name = "layers." + layer;
            var seen = seen(scope, name, x, options.kernel(), 1 << layer % options.cycle());
            var z = scope.affine(name + ".filter", seen, options.channels()).tanh().multiply(scope.affine(name + ".gate", seen, options.channels()).sigmoid());
            skips = scope.affine(name + ".skip", z, skipChannels).add(skips);
            if (layer + 1 < options.layers()) {
                x = x.add(scope.affine(name + ".residual", z, options.channels()));
            }
        }
        return scope.affine("output", scope.affine("mix", skips.gelu(), scope.dim()).gelu(), scope.dim());
    }

    /** What a causal window sees at each step: [B, steps, kernel · channels]. */
    private static Tensor seen(Scope scope, String name, Tensor x, int kernel, int dilation) {
        int back = (kernel - 1) * dilation;
        if (back == 0) {
            return x;
        }
        var past = scope.remembered(name + ".past", scope.graph().filled(Shape.of(x.dim(0), back, x.dim(2)), 0));
        var all = Layout.concat(1, past, x);
        scope.remember(name + ".past", all.slice(1, x.dim(1), back + x.dim(1)));
        return all.unfold(new Axis(kernel, 1, 0, 0, dilation));
    }
}
