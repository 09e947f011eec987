package patchbay.expert.sharedbase;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * SwiGLU (Shazeer 2020, equation 6) in which experts share: each of the three matrices is a base that all have in common plus a difference of
 * low rank of the expert's own, W + Lₑ·Rₑ with Lₑ [in, r] and Rₑ [r, out], which starts at zero (as in LoRA, Hu et al. 2021). The experts
 * that {@code own} names, those that the load shows to be used often, keep matrices of their own in its place. The metric {@code saved}
 * is how many parameters fewer the layer has than with matrices of their own for all.
 *
 * <p>In the place of {@code swiglu}, the base begins as the mean of that one's experts.
 */
@Component
@Plugin("shared-base")
public class SharedBase implements Expert {

    /** The options. */
    public @interface Options {

        /** r. */
        int rank() default 8;

        /** Numbers of the experts with matrices of their own, with commas: {@code 0,3}. */
        String own() default "";
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
        var own = own(scope.options(Options.class).own(), scope.experts());
        var gate = product(scope, "gate", rows, scope.hidden(), own); // [R, hidden]
        var up = product(scope, "up", rows, scope.hidden(), own);
        scope.metric("saved", scope.graph().constant((float) saved(scope.experts(), own.length, rank, scope.dim(), scope.hidden())));
        return product(scope, "down", gate.siluMultiply(up), scope.dim(), own);
    }

    /** Ascending. */
    private static int[] own(String text, int experts) {
        try {
            var own = Stream.of(text.split("[,\\s]+")).filter(word -> !word.isEmpty()).mapToInt(Integer::parseInt).sorted().toArray();
            if (Arrays.stream(own).distinct().count() == own.length && Arrays.stream(own).allMatch(e -> e >= 0 && e < experts)) {
                return own;
            }
        } catch (NumberFormatException none) {
            throw new UserError(wrong(text, experts), none);
        }
        throw new UserError(wrong(text, experts));
    }

    private static String wrong(String text, int experts) {
        return "option 'own' is '" + text + "'; valid: numbers of 0 to " + (experts - 1) + ", each once, with commas";
    }

    private static long saved(int experts, int own, int rank, int dim, int hidden) {
        if (own == experts) {
            return 0;
        }
        long shared = (long) dim * hidden + (long) (experts - own) * rank * (dim + hidden);
        return 3 * ((long) (experts - own) * dim * hidden - shared);
    }

    /** Each row times the matrix of its expert: [R, in] → [R, out]. */
    private static Tensor product(Scope scope, String name, Tensor rows, int out, int[] own) {
        int in = rows.dim(1);
        int experts = scope.experts();
        int sharing = experts - own.length;
        float deviation = (float) (1 / Math.sqrt(in));
        if (sharing == 0) {
            return scope.times(rows, scope.parameter(name + "-own", Shape.of(experts, in, out), Initializer.normal(deviation)));
        }
        var base = scope.parameter(name, Shape.of(in, out), Initializer.normal(deviation));
        int rank = scope.options(Options.class).rank();
        var left = scope.parameter(name + "-left", Shape.of(sharing, in, rank), Initializer.normal(deviation));
        var right = scope.parameter(name + "-right", Shape.of(sharing, rank, out), Initializer.zeros());
        if (own.length == 0) {
            return rows.matmul(base).add(scope.times(scope.times(rows, left), right));
        }
        var kept = scope.parameter(name + "-own", Shape.of(own.length, in, out), Initializer.normal(deviation));
        var whole = new int[experts]; // its own, or the base behind them
        var difference = new int[experts]; // of the experts that share; −1, which reads zeros, for the others
        for (int expert = 0, next = 0; expert < experts; expert++) {
            int at = Arrays.binarySearch(own, expert);
            whole[expert] = at >= 0 ? at : own.length;
            difference[expert] = at >= 0 ? -1 : next++;
        }
        var matrices = Layout.concat(0, kept, base.unsqueeze(0)).gather(scope.graph().constant(Shape.of(experts), whole)); // [E, in, out]
        var numbers = scope.graph().constant(Shape.of(experts), difference);
        return scope.times(rows, matrices).add(scope.times(scope.times(rows, left.gather(numbers)), right.gather(numbers)));
    }

    /** The mean of matrices that every expert had to itself. */
    @Override
    public Optional<float[]> carryOver(String variable, Shape before, float[] values, Shape now) {
        if (before.rank() != 3 || now.rank() != 2 || before.dim(1) != now.dim(0) || before.dim(2) != now.dim(1)) {
            return Optional.empty();
        }
        var mean = new float[now.size()];
        for (int i = 0; i < values.length; i++) {
            mean[i % mean.length] += values[i] / before.dim(0);
        }
        return Optional.of(mean);
    }
}
