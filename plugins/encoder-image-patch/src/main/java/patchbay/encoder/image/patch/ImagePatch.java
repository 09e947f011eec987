package patchbay.encoder.image.patch;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.media.Pixels;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.Unfold.Axis;

/**
 * A vision transformer (Dosovitskiy et al. 2021, equations 1 to 4): a picture is cut into patches, each projected to a token that learns its place. The blocks are the platform's.
 * A row of {@code patches} belongs to one channel of one of a patch's points, points row by row.
 */
@Component
@Plugin("image-patch")
public class ImagePatch implements Encoder {

    /** BERT's and the vision transformers' first values of what stands for itself. */
    private static final Initializer SMALL = Initializer.normal(0.02f);

    /** What a picture's vector is. */
    public enum Summary {
        /** The mean of the patches (Beyer et al. 2022, which finds it the better one). */
        MEAN,
        /** A token of its own before the patches. */
        CLASS
    }

    /** The options. */
    public @interface Options {

        /** Pixels of a side, to which each picture is stretched. */
        int size() default 32;

        /** Pixels of a patch's side. */
        int patch() default 4;

        /** Whether the colours count. */
        boolean grey() default false;

        Pixels.Scale scale() default Pixels.Scale.UNIT;

        int layers() default 4;

        /** Width of the tokens; 0 is the model's. */
        int dim() default 0;

        int heads() default 4;

        /** Inner width of a feed-forward, or of each expert; 0 is four times that of the tokens. */
        int hidden() default 0;

        /** How many of the layers, the last, have a mixture of experts in place of a feed-forward (Riquelme et al. 2021). */
        int mixtures() default 0;

        /** Experts of a mixture. */
        int experts() default 8;

        /** Experts that a patch is sent to. */
        int k() default 2;

        Summary summary() default Summary.MEAN;

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
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        if (options.patch() < 1 || options.size() % options.patch() != 0) {
            throw new UserError("a side of " + options.size() + " pixels cannot be cut into patches of " + options.patch());
        }
        int dim = options.dim() > 0 ? options.dim() : setting.dim();
        int side = options.size() / options.patch();
        var tower = Tower.of(options.layers(), dim, options.heads(), options.hidden() > 0 ? options.hidden() : 4 * dim, side * side + 1);
        return Optional.of(options.mixtures() > 0 ? tower.mixed(options.mixtures(), options.experts(), options.k()) : tower);
    }

    @Override
    public Features forward(Scope scope) {
        var options = scope.options(Options.class);
        var tower = tower(scope).orElseThrow(() -> new ShapeError("a vision transformer has blocks"));
        var pixels = new Pixels.Variety(options.shift(), options.zoom(), options.tint(), options.mirror(), options.erase()).of(scope, scope.input(Pixels.PIXELS)); // [B, S, S, C]
        var cut = pixels.unfold(Axis.tiled(options.patch()), Axis.tiled(options.patch())); // [B, side, side, patch² · C]
        int batch = scope.batch(), patches = cut.dim(1) * cut.dim(2);
        var tokens = scope.affine("patches", cut.reshape(batch, patches, cut.dim(3)), tower.dim());
        boolean marked = options.summary() == Summary.CLASS;
        if (marked) {
            var mark = scope.undecayed("class-token", Shape.of(1, 1, tower.dim()), SMALL);
            tokens = Layout.concat(1, mark.broadcastTo(Shape.of(batch, 1, tower.dim())), tokens);
        }
        var places = scope.undecayed("places", Shape.of(tokens.dim(1), tower.dim()), SMALL);
        var features = scope.blocks(tokens.add(places), Optional.empty());
        return marked ? marked(features) : Features.averaged(features);
    }

    private static Features marked(Tensor features) {
        var all = features.graph().filled(Shape.of(features.dim(0), features.dim(1)), 1);
        return new Features(features, all, features.slice(1, 0, 1).squeeze(1));
    }
}
