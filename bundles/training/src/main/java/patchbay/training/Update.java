package patchbay.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * biases without decay.
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
    private final Map<Long, float[]> cohorts = new LinkedHashMap<>();

    Update(TrainingSettings settings, Births births) {
        this.settings = settings;
        this.births = births;
    }

    /** Adds the updates to {@code graph}, and the output {@code gradient-norm} (before clipping). */
    void build(Graph graph, List<Tensor> parameters, List<String> names, List<Tensor> gradients, Set<String> undecayed) {
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
            graph.update(parameter, moved.parameter());
            graph.update(first, moved.m());
            graph.update(second, moved.v());
        }
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
