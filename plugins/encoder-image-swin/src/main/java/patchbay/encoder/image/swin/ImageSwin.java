package patchbay.encoder.image.swin;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import patchbay.media.Pixels;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.tensor.UserError;

/**
 * A transformer of shifted windows (Swin, Liu et al. 2021): attention within windows, which every second block are moved by half a window, so that neighbours meet; scores
 * biased by where two patches stand to each other; after each stage four neighbouring patches become one. Its blocks are its own: what lies in a window is a sequence of its own, and
 * no attention of the platform's has the bias in two dimensions.
 */
@Component
@Plugin("image-swin")
public class ImageSwin implements Encoder {

    /** The options. */
    public @interface Options {

        /** Pixels of a side, to which each picture is stretched. */
        int size() default 32;

        /** Pixels of a patch's side. */
        int patch() default 2;

        /** Whether the colours count. */
        boolean grey() default false;

        Pixels.Scale scale() default Pixels.Scale.UNIT;

        /** Patches of a window's side; where a stage has fewer in all, they are one window. */
        int window() default 4;

        /** Width of the patches of the first stage, each stage's twice that of the one before; 0 is half the model's. */
        int dim() default 0;

        /** Blocks of each stage. */
        String layers() default "2,2";

        /** Heads of each stage. */
        String heads() default "2,4";

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

    /**
     * A stage.
     *
     * @param blocks in it
     * @param side patches of its picture's side
     * @param window patches of a window's side
     */
    record Stage(int blocks, int heads, int side, int window, int dim) {}

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
        return new Network(scope, scope.options(Options.class), stages(scope)).features();
    }

    private static List<Stage> stages(Scope scope) {
        var options = scope.options(Options.class);
        var layers = numbers("layers", options.layers());
        var heads = numbers("heads", options.heads());
        int first = options.dim() > 0 ? options.dim() : scope.dim() / 2;
        if (layers.length != heads.length) {
            throw new UserError("layers has " + layers.length + " stages and heads has " + heads.length);
        }
        if (options.patch() < 1 || options.window() < 1 || options.size() % options.patch() != 0) {
            throw new UserError("a side of " + options.size() + " pixels cannot be cut into patches of " + options.patch() + ", and windows of " + options.window());
        }
        var stages = new Stage[layers.length];
        int side = options.size() / options.patch();
        for (int i = 0; i < stages.length; i++, side /= 2) {
            int window = Math.min(options.window(), side);
            int dim = first << i;
            if (side % window != 0 || i + 1 < stages.length && side % 2 != 0) {
                throw new UserError("stage " + i + " has " + side + " × " + side + " patches, which cannot be cut into windows of " + window + " × " + window
                        + (i + 1 < stages.length ? " and then halved" : ""));
            }
            if (dim % heads[i] != 0) {
                throw new UserError("stage " + i + " is " + dim + " wide, which " + heads[i] + " heads do not divide evenly");
            }
            stages[i] = new Stage(layers[i], heads[i], side, window, dim);
        }
        return List.of(stages);
    }

    private static int[] numbers(String option, String text) {
        if (!text.matches("[1-9][0-9]{0,2}( *, *[1-9][0-9]{0,2})*")) {
            throw new UserError("option '" + option + "': '" + text + "' is no list of whole numbers, one a stage, such as 2,2");
        }
        return Arrays.stream(text.split(" *, *")).mapToInt(Integer::parseInt).toArray();
    }
}
