package patchbay.expert.lowrank;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * SwiGLU (Shazeer 2020, equation 6) whose three matrices are products of two of rank r: W = L·R, L [in, r], R [r, out]. It has and computes
 * r (in + out) in place of in · out, so it is worth it for r below half of the smaller of dim and hidden.
 */
@Component
@Plugin("low-rank")
public class LowRank implements Expert {

    /** The options. */
    public @interface Options {

        /** r. */
        int rank() default 8;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        int rank = scope.options(Options.class).rank();
        if (rank < 1) {
            throw new UserError("option 'rank' is " + rank + "; it must be at least 1");
        }
        var gate = scope.linear("gate-right", scope.linear("gate-left", rows, rank), scope.hidden()); // [R, hidden]
        var up = scope.linear("up-right", scope.linear("up-left", rows, rank), scope.hidden());
        return scope.residual("down-right", scope.linear("down-left", gate.siluMultiply(up), rank), scope.dim());
    }
}
