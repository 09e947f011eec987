package patchbay.encoder.text.bert;

import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.weights.wordpiece.WordPiece;

/**
 * Text, after BERT (Devlin et al. 2019): word pieces with learnt positions, in blocks that look both ways and have their norms behind the sums. It begins with the
 * weights of a published model where it is told of a file of them, with those of its masked-language head if they are there.
 *
 * <p>Departure: all text is of the first of BERT's two kinds, whose embedding is the one that learns.
 */
@Component
@Plugin("text-bert")
public class Bert implements Encoder {

    private static final float EPSILON = 1e-12f;

    /** Nothing but what files hold, so that they are not read again each time a model is built. */
    private static final Library LIBRARY = new Library();

    /** What becomes of a text's tokens. */
    public enum Pooling {
        /** Their mean. */
        mean,
        /** What the first, {@code [CLS]}, has become. */
        first
    }

    /** How gelu is computed. */
    public enum Gelu {
        /** As the weights want it: those of TensorFlow's checkpoints by tanh, all others exactly. */
        published,
        exact,
        tanh
    }

    /** The options. */
    public @interface Options {

        /**
         * A file of weights in a folder, an archive or a Maven artifact of the local repository, as {@link patchbay.weights.Location} has it:
         * {@code group:artifact:version!model.onnx}. Empty to begin anew.
         */
        String weights() default "";

        /**
         * {@code vocab.txt} or {@code tokenizer.json}, in a place like that. Empty for the one that lies where the weights do, or without weights for
         * single characters.
         */
        String vocabulary() default "";

        /** Whether case and accents are dropped, where the vocabulary does not say. */
        boolean lowerCase() default true;

        /** The most tokens that are read of a text, marks at both ends included; with weights not more than they have positions for. */
        int length() default 128;

        /** Blocks; weights bring their own. */
        int layers() default 4;

        /** Of the attentions; 0 for 12 with weights, as the published models have, and else for one per 32 of the width. */
        int heads() default 0;

        /** Inner width of the feed-forwards; 0 for four times the width. Weights bring their own. */
        int hidden() default 0;

        Pooling pooling() default Pooling.mean;

        Gelu gelu() default Gelu.published;

        /** How many of the layers, the last ones, have a mixture of experts, each of which begins as the feed-forward that was trained. */
        int mixtures() default 0;

        /** Experts of a mixture. */
        int experts() default 8;

        /** Experts that a token is sent to. */
        int k() default 2;
    }

    /** What a model of these options has to be built like. */
    private record Sizes(int layers, int dim, int heads, int hidden, int places, int words) {}

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    private Sizes sizes(Setting setting) {
        var options = setting.options(Options.class);
        int words = LIBRARY.vocabulary(options).vocabularySize();
        return LIBRARY.pretrained(options).map(weights -> {
            int dim = weights.words().dim(1);
            if (words != weights.words().dim(0)) {
                throw new UserError("the vocabulary has %,d word pieces, and the weights are for %,d: name the one that they were trained with by the option vocabulary"
                        .formatted(words, weights.words().dim(0)));
            }
            return new Sizes(weights.layers(), dim, options.heads() > 0 ? options.heads() : 12, weights.hidden(), weights.places(), words);
        }).orElseGet(() -> {
            int dim = setting.dim();
            return new Sizes(options.layers(), dim, options.heads() > 0 ? options.heads() : Math.max(1, dim / 32),
                    options.hidden() > 0 ? options.hidden() : 4 * dim, options.length(), words);
        });
    }

    @Override
    public Reader reader(Setting setting) {
        var options = setting.options(Options.class);
        return new TextReader(LIBRARY.vocabulary(options), Math.min(options.length(), sizes(setting).places));
    }

    @Override
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        var sizes = sizes(setting);
        var tower = Tower.of(sizes.layers, sizes.dim, sizes.heads, sizes.hidden, sizes.places).normed(Tower.Order.AFTER, EPSILON);
        if (isTanh(options)) {
            tower = tower.feeding(new Tower.Standard("gelu", Map.of("tanh", true)));
        }
        if (options.mixtures() < 0 || options.mixtures() > sizes.layers) {
            throw new UserError("mixtures is " + options.mixtures() + "; it must be from 0 to the " + sizes.layers + " layers");
        }
        return Optional.of(options.mixtures() == 0 ? tower : tower.mixed(options.mixtures(), options.experts(), options.k()));
    }

    private static boolean isTanh(Options options) {
        return switch (options.gelu()) {
            case published -> LIBRARY.pretrained(options).map(Pretrained::tanh).orElse(false);
            case exact -> false;
            case tanh -> true;
        };
    }

    @Override
    public Optional<Initializer> pretrained(Setting setting, String parameter) {
        var options = setting.options(Options.class);
        return LIBRARY.pretrained(options).filter(weights -> weights.has(parameter))
                .map(_ -> (shape, _) -> LIBRARY.pretrained(options).orElseThrow().first(parameter, shape)); // not held on to by the graph
    }

    @Override
    public Features forward(Scope scope) {
        var sizes = sizes(scope);
        var vocabulary = LIBRARY.vocabulary(scope.options(Options.class));
        var one = scope.graph().constant(Shape.scalar(), 1);
        var tokens = scope.input(TextReader.TOKENS); // [B, T], the ids and one more, so that 0 is padding
        int first = TextReader.marks(vocabulary);
        var ids = scope.masked(tokens.subtract(one), vocabulary.id(WordPiece.MASK), first, sizes.words);
        var weights = tokens.greater(0);
        var x = words(scope, sizes).gather(ids) // [B, T, D]; padding reads 0
                .add(scope.parameter("positions", Shape.of(sizes.places, sizes.dim), Initializer.normal(0.02f)).slice(0, 0, ids.dim(1)))
                .add(scope.parameter("kinds", Shape.of(2, sizes.dim), Initializer.normal(0.02f)).slice(0, 0, 1));
        var features = scope.blocks(norm(scope, "norm", x), Optional.of(weights.sum(1).toInt()));
        return switch (scope.options(Options.class).pooling()) {
            case mean -> Features.averaged(features, weights);
            case first -> new Features(features, weights, features.slice(1, 0, 1).reshape(ids.dim(0), sizes.dim));
        };
    }

    /** A dense layer with gelu and a norm, then the likeness to each word's embedding (Devlin et al. 2019, appendix A; the weights as in their code). */
    @Override
    public Tensor predict(Scope scope, Tensor rows) {
        var sizes = sizes(scope);
        var dense = scope.affine("predict", rows, sizes.dim);
        var transformed = norm(scope, "predict-norm", isTanh(scope.options(Options.class)) ? dense.geluTanh() : dense.gelu()); // [N, D]
        return transformed.matmul(words(scope, sizes), false, true).add(scope.undecayed("words-bias", Shape.of(sizes.words), Initializer.zeros()));
    }

    private static Tensor words(Scope scope, Sizes sizes) {
        return scope.parameter("words", Shape.of(sizes.words, sizes.dim), Initializer.normal(0.02f));
    }

    private static Tensor norm(Scope scope, String name, Tensor x) {
        var shape = Shape.of(x.dim(-1));
        return x.layerNorm(scope.undecayed(name + ".gain", shape, Initializer.ones()), scope.undecayed(name + ".bias", shape, Initializer.zeros()), EPSILON);
    }
}
