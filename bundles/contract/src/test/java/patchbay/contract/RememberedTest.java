package patchbay.contract;

import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** An attention that keeps no rows: a sum of what was read, and how many tokens that were. */
class RememberedTest extends AttentionContract {

    /** The mean of the values of all tokens up to one's own. */
    @Plugin("running-mean")
    static final class RunningMean implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            int time = x.dim(1);
            var sums = scope.linear("value", x, scope.dim()).cumulativeSum(1)
                    .add(scope.remembered("sum", scope.graph().filled(Shape.of(x.dim(0), 1, scope.dim()), 0)));
            scope.remember("sum", sums.slice(1, time - 1, time));
            var read = scope.remembered("read", scope.graph().constant(Shape.of(1), 0));
            scope.remember("read", read.add(scope.graph().constant(Shape.of(1), time)));
            var counts = scope.graph().filled(Shape.of(time, 1), 1).cumulativeSum(0).add(read.toFloat());
            return Heads.joined(scope, sums.divide(counts).reshape(x.dim(0), time, scope.heads(), scope.dim() / scope.heads()));
        }
    }

    @Override
    protected Attention plugin() {
        return new RunningMean();
    }
}
