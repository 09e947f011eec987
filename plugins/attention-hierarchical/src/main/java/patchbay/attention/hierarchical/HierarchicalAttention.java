package patchbay.attention.hierarchical;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Attended;
import patchbay.tensor.Initializer;
import patchbay.tensor.Runs;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Attention by the structure of a text, whose levels are words, sentences and the document (Yang et al. 2016, hierarchical attention networks; Chalkidis et al. 2022, hierarchical
 * attention transformers; ETC, Ainslie et al. 2020, whose global tokens stand for sentences). A token attends
 *
 * <ol>
 * <li>to the tokens of its own sentence up to itself, in full and with the model's positions;
 * <li>to earlier sentences, each of which has one key and one value: the sum {@code Σ α_s k_s}, {@code Σ α_s v_s} over its tokens with
 *     {@code α = softmax(u·k/√d)} and a learnt vector u for each head (Yang et al. 2016, equations 5 to 7). A learnt bias by head and
 *     distance, counted in sentences, is what says how sentences stand to one another;
 * <li>of the document's sentences only to the nearest, and to those of the {@code sections} sections whose mean key fits its query best.
 * </ol>
 *
 * One softmax goes over all of them, so that in a text of one sentence this is full attention. Sentences end where the tokenizer's tokens say so.
 *
 * <p>Departing from these papers it is causal: a sentence is seen from outside when it is over. So it is one layer of a decoder, with the projections of
 * {@code full}, in place of encoders of sentences and of documents that take turns (Chalkidis et al.).
 */
@Component
@Plugin("hierarchical")
public class HierarchicalAttention implements Attention {

    /** The options. */
    public @interface Options {

        /** A token whose text ends with one of these characters ends a sentence. */
        String ends() default ".!?;{}";

        /** Whether one whose text ends with a line break does, too. */
        boolean lines() default true;

        /** Tokens that a sentence has at least, whatever ends in it. */
        int shortest() default 8;

        /** Tokens behind which a sentence is cut. */
        int longest() default 128;

        /** How many sentences before its own a token sees at least, if there are so many. */
        int near() default 8;

        /** Sentences of a section. */
        int section() default 32;

        /** How many of the sections before those a token sees. */
        int sections() default 2;

        /** From so many sentences on all distances count as one. */
        int farthest() default 32;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = checked(scope.options(Options.class));
        var headed = Shape.of(x.dim(0), x.dim(1), scope.heads(), scope.dim() / scope.heads());
        float scale = (float) (1 / Math.sqrt(headed.dim(3)));
        var q = scope.linear("query", x, scope.dim()).reshape(headed);
        var k = scope.linear("key", x, scope.dim()).reshape(headed);
        var keys = scope.cached("keys", scope.rotate(k));
        var values = scope.cached("values", scope.linear("value", x, scope.dim()).reshape(headed));
        var sentences = Sentences.of(scope, options);
        var words = Runs.since(sentences.own(), scope.start()).attend(scope.sharpened(scope.rotate(q)), keys, values, scale, scope.bias(keys.dim(1)));
        var summaries = sentences.summaries(scope, k, values, scale); // of keys without positions, as a sentence has none but its number
        var bias = scope.undecayed("sentence-bias", Shape.of(scope.heads(), options.farthest() + 1), Initializer.zeros());
        var document = sentences.chosen(q, summaries.keys()).attend(scope.sharpened(q), summaries.keys(), summaries.values(), scale, Optional.of(bias));
        return Heads.joined(scope, Attended.together(List.of(words, document)));
    }

    private static Options checked(Options options) {
        if (options.shortest() < 1 || options.longest() < options.shortest()) {
            throw new UserError("shortest is " + options.shortest() + ", longest " + options.longest() + "; shortest must be at least 1, and longest no less");
        }
        if (options.near() < 0 || options.section() < 1 || options.sections() < 0 || options.farthest() < 1) {
            throw new UserError("near is " + options.near() + ", section " + options.section() + ", sections " + options.sections() + ", farthest "
                    + options.farthest() + "; section and farthest must be at least 1, the others 0 or more");
        }
        return options;
    }
}
