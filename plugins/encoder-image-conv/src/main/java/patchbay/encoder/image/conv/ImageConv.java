package patchbay.encoder.image.conv;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.media.Pixels;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.tensor.UserError;

/**
 * A residual network with split attention (ResNeSt, Zhang et al. 2020): bottlenecks whose 3 × 3 convolution is several, each of a part of the channels, among which a small network
 * chooses channel by channel (section 3.1; its "fast" variant, which averages before that convolution where the picture shrinks). Departing from the paper there are layer norms over
 * the channels in place of batch norms, as in ConvNeXt (Liu et al. 2022): what an example becomes does not depend on its batch, nor on whether it is trained on.
 */
@Component
@Plugin("image-conv")
public class ImageConv implements Encoder {

    /** What stands behind the norms. */
    public enum Activation {
        /** The paper's. */
        RELU,
        GELU
    }

    /** The options. */
    public @interface Options {

        /** Pixels of a side, to which each picture is stretched. */
        int size() default 32;

        /** Whether the colours count. */
        boolean grey() default false;

        Pixels.Scale scale() default Pixels.Scale.UNIT;

        /** Channels within the first stage's bottlenecks, of the stem, and half of those of its features; each stage has twice as many as the one before. */
        int channels() default 16;

        /** Stages, of which each but the first halves the sides. */
        int stages() default 3;

        /** Bottlenecks of a stage. */
        int blocks() default 1;

        /** Convolutions that split attention chooses among. */
        int radix() default 2;

        /** Pixels from one place of the stem's first convolution to the next. */
        int stride() default 2;

        Activation activation() default Activation.RELU;

        /** The most that a picture is moved by in training, as a part of its side. */
        float shift() default 0;

        /** The most that a picture grows or shrinks by in training, as a part of its side. */
        float zoom() default 0;

        /** How much the channels vary in training. */
        float tint() default 0;

        /** Whether every second picture is mirrored in training. */
        boolean mirror() default false;

        /** The most that the sides of a rectangle are that is emptied in training, as a part of the picture's side. */
        float erase() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Reader reader(Setting setting) {
        var options = setting.options(Options.class);
        return new Pixels(options.size(), options.grey(), options.scale());
    }

    @Override
    public Features forward(Scope scope) {
        var options = scope.options(Options.class);
        if (options.channels() < 1 || options.stages() < 1 || options.blocks() < 1 || options.radix() < 1 || options.channels() % options.radix() != 0) {
            throw new UserError("image-conv has channels, stages, blocks and a radix of at least 1, and a radix that divides the channels, not " + options.channels() + ", "
                    + options.stages() + ", " + options.blocks() + " and " + options.radix());
        }
        return new Network(scope, options).features();
    }
}
