package patchbay.encoder.code.tree;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

/**
 * Java code by its syntax tree: each place is a triple of words, {@code tanh(W [a; b; c])}, and a learnt vector says how much each counts in the summary (code2vec,
 * Alon et al. 2019, equations 1 to 3). A triple is a path through the tree with the two terminals at its ends or, departing from the paper, a node with what stands above
 * it and in it. Words are hashed into one vocabulary. With {@code layers} the places pass transformer blocks before they are summed.
 *
 * <p>Code is a file, a member of a class such as a method, or a statement. What is none of these is read as a tree of one level, its tokens.
 */
@Component
@Plugin("code-tree")
public class CodeTree implements Encoder {

    /** The options. */
    public @interface Options {

        /** The most paths of an example; of more, so many that lie evenly among them. */
        int paths() default 128;

        /** The most nodes of an example, alike. */
        int nodes() default 64;

        /** How many edges a path has at most, as in the paper. */
        int length() default 8;

        /** How far apart the two children are, at most, through which a path passes its highest node; as in the paper. */
        int width() default 2;

        /** Numbers that words are hashed to. */
        int vocabulary() default 16_384;

        int layers() default 0;

        int heads() default 4;

        /** Inner width of the feed-forwards; 0 is four times the model's. */
        int hidden() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Reader reader(Setting setting) {
        var options = setting.options(Options.class);
        if (options.paths() < 0 || options.nodes() < 0 || options.paths() + options.nodes() < 1) {
            throw new UserError("paths is " + options.paths() + ", nodes " + options.nodes() + "; there must be at least one of either");
        }
        if (options.vocabulary() < 1 || options.length() < 1 || options.width() < 0 || options.layers() < 0) {
            throw new UserError("vocabulary is " + options.vocabulary() + ", length " + options.length() + ", width " + options.width() + ", layers " + options.layers()
                    + "; the first two must be at least 1, the others at least 0");
        }
        return new CodeReader(options);
    }

    @Override
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        int hidden = options.hidden() == 0 ? 4 * setting.dim() : options.hidden();
        return options.layers() == 0 ? Optional.empty()
                : Optional.of(Tower.of(options.layers(), setting.dim(), options.heads(), hidden, options.paths() + options.nodes()));
    }

    @Override
    public Features forward(Scope scope) {
        var options = scope.options(Options.class);
        var triples = scope.input(CodeReader.TRIPLES); // [B, T, 3], 0 where there is none
        int b = triples.dim(0), t = triples.dim(1), dim = scope.dim();
        var there = triples.slice(2, 1, 2).reshape(b, t).greater(scope.graph().constant(Shape.scalar(), 0)); // [B, T]
        var words = scope.parameter("words", Shape.of(options.vocabulary(), dim), Initializer.normal((float) (1 / Math.sqrt(dim))))
                .gather(triples.subtract(1)).reshape(b, t, 3 * dim);
        var places = scope.linear("combination", words, dim).tanh();
        var features = options.layers() == 0 ? places : scope.blocks(places, Optional.of(there.sum(1).toInt()));
        var scores = scope.linear("attention", features, 1).reshape(b, t).add(there.subtract(1).multiply(1e9f));
        var shares = scores.softmax().multiply(there); // of places that are there
        return new Features(features, there, shares.unsqueeze(1).matmul(features).reshape(b, dim));
    }
}
