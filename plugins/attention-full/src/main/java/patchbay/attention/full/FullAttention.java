package patchbay.attention.full;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * softmax(QKᵀ/√d)V over all tokens up to one's own (Vaswani et al. 2017, equation 1): multi-head, or with fewer key heads
 * grouped-query (Ainslie et al. 2023), or with one key head multi-query (Shazeer 2019).
 */
@Component
@Plugin("full")
public class FullAttention implements Attention {

    /** The options. */
    public @interface Options {

        /** Heads of keys and values; 0 is as many as query heads. */
        int keyHeads() default 0;

        /** RMS norms with a gain on the queries and the keys of each head, before positions (Henry et al. 2020; Qwen 3, 2025). */
        boolean queryKeyNorm() default false;

        /** Scores s become cap · tanh(s / cap) (Gemma 2, 2024, section 2); 0 for none. */
        float softCap() default 0;

        /** A learnt score for each head that goes to no token, so that a head can look at nothing (gpt-oss, 2025). */
        boolean sink() default false;

        /** Biases on the projections, as in BERT and vision transformers. */
        boolean bias() default false;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public boolean canLookAhead() {
        return true;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var options = scope.options(Options.class);
        var heads = options.bias() ? Heads.projectBiased(scope, x, options.keyHeads(), options.queryKeyNorm())
                : Heads.project(scope, x, options.keyHeads(), options.queryKeyNorm());
        var attended = heads.attend(scope, options.softCap(), scope.bias(heads.keys().dim(1)));
        var mixed = options.sink() ? attended.withSink(scope.undecayed("sink", Shape.of(scope.heads()), Initializer.zeros())) : attended.output();
        return options.bias() ? Heads.joinedBiased(scope, mixed) : Heads.joined(scope, mixed);
    }
}
