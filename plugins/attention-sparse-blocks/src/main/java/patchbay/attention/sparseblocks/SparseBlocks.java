package patchbay.attention.sparseblocks;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.operations.RangedAttention;
import patchbay.tensor.operations.SelectBlocks;

/**
 * Native sparse attention (Yuan et al. 2025, arXiv 2502.11089): the sum of three attentions, each times a sigmoid gate that every token
 * computes for every head (equation 5). The compressed branch sees keys that each sum up {@code block} tokens, one from every {@code stride}
 * (equation 7); the selected branch all tokens of the {@code selected} blocks that weigh most in the compressed one, its own, the one before and
 * the first among them (equations 8 to 12); the window branch the last {@code window} tokens. Blocks are selected for each key head.
 *
 * <p>What departs from the paper:
 * <ul>
 * <li>Its compressed branch sees every summed-up key, so its cost grows with the square of the length. Here {@code growth} keys are summed
 * up again, those again, and so on, and a query sees the last {@code level-keys} of every level: what is far away only coarsely. Blocks are
 * searched from the highest level down ({@link SelectBlocks}). Both cost a logarithm of the length. {@code growth=1} is the paper's form.
 * <li>Blocks are selected by the first of {@code queries} neighbours for all of them, so that keys which were fetched once serve several queries; in the
 * paper by every query for itself, {@code queries=1}.
 * <li>A key is summed up from the tokens that end with its stride's last, as if zeros stood before the text, so it can be seen as soon as the
 * stride is over. A block that is selected from is weighed by those keys that end in it.
 * <li>Summing up is the mean and a correction by a small network (one hidden layer, the tokens' places in the block added), so that it means
 * something before anything is learnt.
 * <li>The branches share keys and values. The compressed branch's are without positions, and nothing is added to its scores.
 * <li>The gates are linear in the token, where the paper has a small network, and begin at one third.
 * </ul>
 */
@Component
@Plugin("sparse-blocks")
public class SparseBlocks implements Attention {

    /** Whose sigmoid is one third. */
    private static final float THIRD = (float) -Math.log(2);

    /** The options. */
    public @interface Options {

        /** How many tokens a compressed key sums up; a multiple of stride. */
        int block() default 32;

        /** Every how many tokens one ends. */
        int stride() default 16;

        /** Tokens of a selected block: stride, times growth as often as one likes; with growth 1 any multiple of stride. */
        int selectedBlock() default 64;

        /** How many blocks are selected, three of them given; the paper has 16. */
        int selected() default 8;

        /** How many queries in a row look into the same blocks, which the first of them selects; divides selected-block. */
        int queries() default 16;

        /** How many positions the window branch sees, a token's own among them. */
        int window() default 512;

        /** How many compressed keys are summed up to one of the next level; 1 for one level, of which every key is seen. */
        int growth() default 4;

        /** How many keys of each level a query sees. */
        int levelKeys() default 64;

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        check(options);
        var plain = Heads.bare(scope, x, options.keyHeads(), false);
        var turned = scope.rotate(plain.keys());
        var heads = new Heads(scope.rotate(plain.queries()), scope.cached("keys", turned), scope.cached("values", plain.values()));
        var queries = plain.queries(); // without positions, as the summaries are
        var contents = turned == plain.keys() ? heads.keys() : scope.cached("plain-keys", plain.keys());
        int tokens = heads.keys().dim(1);
        var bias = scope.bias(tokens);

        var levels = Levels.of(options, tokens);
        var summaries = levels.summaries(scope, "summary-key", contents, x.dim(1));
        var how = new RangedAttention((float) (1 / Math.sqrt(queries.dim(3))));
        var compressed = Networks.attend(how, queries, summaries, levels.summaries(scope, "summary-value", heads.values(), x.dim(1)),
                levels.seen(scope, x.dim(1)), scope.start(), Optional.empty());
        var blocks = levels.select(scope, options.queries(), options.selected(), how.scale(), queries, summaries, compressed.normalizer());
        var selected = Networks.attend(how, heads.queries(), heads.keys(), heads.values(), blocks, scope.start(), bias);
        var window = heads.attend(scope, Math.min(options.window(), patchbay.tensor.operations.Attention.PAST), 0, bias);

        int each = scope.heads();
        var gates = scope.linear("gate", x, 3 * each).add(scope.undecayed("gate-bias", Shape.of(3 * each), Initializer.constant(THIRD))).sigmoid()
                .reshape(x.dim(0), x.dim(1), 3 * each, 1);
        return Heads.joined(scope, compressed.output().multiply(gates.slice(2, 0, each))
                .add(selected.output().multiply(gates.slice(2, each, 2 * each)))
                .add(window.output().multiply(gates.slice(2, 2 * each, 3 * each))));
    }

    private static void check(Options options) {
        if (options.stride() < 1 || options.window() < 1 || options.growth() < 1 || options.levelKeys() < 1) {
            throw new UserError("stride is " + options.stride() + ", window " + options.window() + ", growth " + options.growth()
                    + ", level-keys " + options.levelKeys() + "; all must be at least 1");
        }
        if (options.block() < options.stride() || options.block() % options.stride() != 0) {
            throw new UserError("block is " + options.block() + "; it must be a multiple of stride, " + options.stride());
        }
        if (options.selected() < SelectBlocks.FORCED) {
            throw new UserError("selected is " + options.selected() + "; it must be at least " + SelectBlocks.FORCED);
        }
        if (options.queries() < 1 || options.selectedBlock() % options.queries() != 0) {
            throw new UserError("queries is " + options.queries() + "; it must divide selected-block, " + options.selectedBlock());
        }
        int rest = options.selectedBlock();
        while (options.growth() > 1 && rest > options.stride() && rest % options.growth() == 0) {
            rest /= options.growth();
        }
        if (rest < options.stride() || (options.growth() > 1 ? rest != options.stride() : rest % options.stride() != 0)) {
            throw new UserError("selected-block is " + options.selectedBlock() + "; with a stride of " + options.stride() + " it must be "
                    + (options.growth() > 1 ? "that, times " + options.growth() + " as often as you like" : "a multiple of that"));
        }
    }
}
