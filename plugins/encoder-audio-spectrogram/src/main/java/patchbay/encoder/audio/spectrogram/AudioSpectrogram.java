package patchbay.encoder.audio.spectrogram;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Patches of a log-mel spectrogram, each a few frames of a few bands, through transformer blocks (the audio spectrogram transformer, Gong et al. 2021, section 2.1).
 * Departing from the paper, patches do not overlap, they stand frames before bands, and the summary is their mean and not a class token's. With {@code causal} a
 * patch sees only those before it, and the sound may arrive in parts.
 */
@Component
@Plugin("audio-spectrogram")
public class AudioSpectrogram implements Encoder {

    /** The options. */
    public @interface Options {

        /** Samples a second that a sound is brought to. */
        int rate() default 16_000;

        /** How much of a sound is read, from its beginning. */
        float seconds() default 1;

        /** Of the spectrogram, from 60 Hz or, of slow sounds, a hundredth of half the rate. */
        int bands() default 64;

        /** Frames of a patch, of which there are a hundred a second. */
        int patchFrames() default 16;

        /** Bands of a patch; must divide {@code bands}. */
        int patchBands() default 16;

        int layers() default 2;

        int heads() default 4;

        /** Inner width of the feed-forwards; 0 is four times the model's. */
        int hidden() default 0;

        /** Whether a patch sees those before it only. */
        boolean causal() default false;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    private static Frames frames(Setting setting) {
        var options = setting.options(Options.class);
        if (options.patchFrames() < 1 || options.patchBands() < 1 || options.bands() % options.patchBands() != 0) {
            throw new UserError("patch-frames is " + options.patchFrames() + ", patch-bands " + options.patchBands()
                    + "; both must be at least 1, and the latter divide the " + options.bands() + " bands");
        }
        return Frames.of(options);
    }

    @Override
    public Reader reader(Setting setting) {
        return frames(setting).reader();
    }

    @Override
    public Optional<Incoming> incoming(Setting setting) {
        return setting.options(Options.class).causal() ? Optional.of(new ArrivingFrames(frames(setting))) : Optional.empty();
    }

    @Override
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        int hidden = options.hidden() == 0 ? 4 * setting.dim() : options.hidden();
        var tower = Tower.of(options.layers(), setting.dim(), options.heads(), hidden, places(setting));
        return Optional.of(options.causal() ? tower.causally() : tower);
    }

    private static int places(Setting setting) {
        var options = setting.options(Options.class);
        return frames(setting).columns() * (options.bands() / options.patchBands());
    }

    @Override
    public Features forward(Scope scope) {
        var options = scope.options(Options.class);
        var graph = scope.graph();
        var spectrogram = scope.input(Frames.SPECTROGRAM); // [B, frames, bands]
        int b = scope.batch(), high = options.bands() / options.patchBands(), columns = spectrogram.dim(1) / options.patchFrames(), t = columns * high;
        var patches = spectrogram.reshape(b, columns, options.patchFrames(), high, options.patchBands()).permute(0, 1, 3, 2, 4)
                .reshape(b, t, options.patchFrames() * options.patchBands());
        var order = graph.constant(Shape.of(t), IntStream.range(0, t).toArray());
        var positions = scope.parameter("position", Shape.of(places(scope), scope.dim()), Initializer.normal(0.02f)).gather(order.add(scope.start()));
        Tensor lengths = scope.input(Frames.LENGTH).add(options.patchFrames() - 1).divide(options.patchFrames()).multiply(high); // [B, 1]
        var features = scope.blocks(scope.affine("patch", patches, scope.dim()).add(positions), Optional.of(lengths.flatten()));
        return Features.averaged(scope, features, order.unsqueeze(0).less(lengths));
    }
}
