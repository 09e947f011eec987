package patchbay.attention.full;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Attention;
import patchbay.spi.Plugin;
import patchbay.tensor.Networks;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

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
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        int heads = scope.heads();
        int keyHeads = scope.options(Options.class).keyHeads() == 0 ? heads : scope.options(Options.class).keyHeads();
        if (keyHeads < 0 || heads % keyHeads != 0) {
            throw new UserError("key-heads is " + keyHeads + "; it must divide the " + heads + " heads");
        }
        int b = x.dim(0), t = x.dim(1), d = scope.dim() / heads;
        var q = scope.rotate(scope.linear("query", x, heads * d).reshape(b, t, heads, d));
        var k = scope.rotate(scope.linear("key", x, keyHeads * d).reshape(b, t, keyHeads, d));
        var v = scope.linear("value", x, keyHeads * d).reshape(b, t, keyHeads, d);
        var mixed = Networks.attention(q, scope.cached("keys", k), scope.cached("values", v), scope.start(),
                scope.causal(), (float) (1 / Math.sqrt(d))); // [B, T, H, d]
        return scope.residual("output", mixed.reshape(b, t, heads * d), scope.dim());
    }
}
