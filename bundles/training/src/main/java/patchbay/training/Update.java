package patchbay.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Program;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.AdamW;

/**
 * The optimizer's part of a step: clips the gradients of all parameters together and moves each by AdamW, norms and
 * biases without decay. What is frozen has no part in it: it is neither moved nor decayed, and its gradient does not count in the norm.
 *
 * <p>AdamW's bias correction counts a parameter's own steps: one that joined at a swap starts as gently as those that
 * were there from the beginning. Parameters of the same age form a cohort, with one input for its rates.
 */
final class Update {

    /** What the names of first moments start with; the parameter's name follows. */
    static final String FIRST = "moment1/";
    /** What the names of second moments start with. */
    static final String SECOND = "moment2/";

    private final TrainingSettings settings;
    private final Births births;
    private final Frozen frozen;
    private final Map<Long, float[]> cohorts = new LinkedHashMap<>();

    Update(TrainingSettings settings, Births births, Frozen frozen) {
        this.settings = settings;
        this.births = births;
        this.frozen = frozen;
    }

    /** Adds the updates to {@code graph}, and the output {@code gradient-norm} (before clipping). */
    void build(Graph graph, List<Tensor> parameters, List<String> names, List<Tensor> allGradients, Set<String> undecayed) {
        var learning = new ArrayList<Optional<Tensor>>();
        var gradients = new ArrayList<Tensor>();
        for (int i = 0; i < parameters.size(); i++) {
            var mask = learning(graph, names.get(i), parameters.get(i));
            var gradient = allGradients.get(i);
            learning.add(mask);
            gradients.add(mask.map(learns -> learns.where(gradient, graph.constant(0f))).orElse(gradient));
        }
        var norm = Optimizers.globalNorm(gradients); // [1]
        graph.output("gradient-norm", norm);
        var clip = settings.clip() > 0 ? Optimizers.clipScale(norm, (float) settings.clip()) : graph.filled(Shape.of(1), 1);
        for (int i = 0; i < parameters.size(); i++) {
            var name = names.get(i);
            var parameter = parameters.get(i);
            var first = graph.state(FIRST + name, parameter.type(), Initializer.zeros());
            var second = graph.state(SECOND + name, parameter.type(), Initializer.zeros());
            long birth = births.of(name);
            cohorts.computeIfAbsent(birth, absent -> new float[3]);
            var hyper = graph.input(input(birth), TensorType.f32(3));
            double decay = undecayed.contains(name) ? 0 : settings.weightDecay();
            var adamW = new AdamW((float) settings.beta1(), (float) settings.beta2(), (float) settings.epsilon(), (float) decay);
            var moved = Optimizers.adamW(adamW, parameter, gradients.get(i), first, second, hyper, clip);
            var mask = learning.get(i);
            graph.update(parameter, kept(mask, moved.parameter(), parameter));
            graph.update(first, kept(mask, moved.m(), first));
            graph.update(second, kept(mask, moved.v(), second));
        }
    }

    /** [experts, 1 …]: 1 for an expert that learns, 0 for a frozen one; empty if all learn. */
    private Optional<Tensor> learning(Graph graph, String name, Tensor parameter) {
        return frozen.slices(name, parameter.shape()).map(slices -> {
            var mask = new float[slices.length];
            for (int expert = 0; expert < mask.length; expert++) {
                mask[expert] = slices[expert] ? 0 : 1;
            }
            var shape = new int[parameter.rank()];
            Arrays.fill(shape, 1);
            shape[0] = mask.length;
            return graph.constant(Shape.of(shape), mask);
        });
    }

    private static Tensor kept(Optional<Tensor> learning, Tensor moved, Tensor before) {
        return learning.map(mask -> mask.where(moved, before)).orElse(moved);
    }

    /** Writes the rates of the step after {@code step} steps. */
    void write(Program program, long step) {
        double rate = new Schedule(settings).rate(step);
        cohorts.forEach((birth, hyper) -> {
            long age = step - birth + 1;
            hyper[0] = (float) rate;
            hyper[1] = (float) (1 - StrictMath.pow(settings.beta1(), age));
            hyper[2] = (float) (1 - StrictMath.pow(settings.beta2(), age));
            program.write(input(birth), hyper);
        });
    }

    private static String input(long birth) {
        return "hyper/" + birth;
    }

    /** The parameter that a moment is of; of anything else its own name. */
    static String parameter(String variable) {
        return isMoment(variable) ? variable.substring(variable.indexOf('/') + 1) : variable;
    }

    static boolean isMoment(String variable) {
        return variable.startsWith(FIRST) || variable.startsWith(SECOND);
    }
}
