package patchbay.lab.contexts;

import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/**
 * Full attention in the steps of its equation, softmax(QKᵀ/√d)V (Vaswani et al. 2017, equation 1), each score in memory: what others are
 * compared with. It is spared the mask, which would cost it more; so it is for measuring alone.
 */
@Plugin(Unfused.NAME)
final class Unfused implements Attention {

    static final String NAME = "unfused";

    @Override
    public Tensor forward(Scope scope, Tensor x) {
        var heads = Heads.project(scope, x, 0, false);
        var queries = heads.queries().permute(0, 2, 1, 3); // [B, H, T, d]
        var keys = heads.keys().permute(0, 2, 1, 3);
        var scores = queries.matmul(keys, false, true).multiply((float) (1 / Math.sqrt(queries.dim(3)))); // [B, H, T, T]
        return Heads.joined(scope, scores.softmax().matmul(heads.values().permute(0, 2, 1, 3)).permute(0, 2, 1, 3));
    }
}
