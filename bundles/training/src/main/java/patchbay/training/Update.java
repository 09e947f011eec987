package patchbay.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
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
    void build(Graph graph, List<Tensor> parameters, List<String> names, List<Tensor> gradients, Set<String> undecayed) {
        var parts = new ArrayList<Learning>();
        for (int i = 0; i < parameters.size(); i++) {
            parts.add(Learning.of(frozen.slices(names.get(i), parameters.get(i).shape())));
        }
        var counted = new ArrayList<Tensor>();
        for (int i = 0; i < parameters.size(); i++) {
            counted.addAll(parts.get(i).of(gradients.get(i)));
        }
        var norm = Optimizers.globalNorm(counted); // [1]
        graph.output("gradient-norm", norm);
        var clip = settings.clip() > 0 ? Optimizers.clipScale(norm, (float) settings.clip()) : graph.filled(Shape.of(1), 1);
        int next = 0;
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
            var learning = parts.get(i);
            var values = learning.of(parameter);
            var means = learning.of(first);
            var squares = learning.of(second);
            var moved = new ArrayList<Optimizers.Step>();
            for (int part = 0; part < values.size(); part++) {
                moved.add(Optimizers.adamW(adamW, values.get(part), counted.get(next++), means.get(part), squares.get(part), hyper, clip));
            }
            graph.update(parameter, learning.whole(parameter, moved.stream().map(Optimizers.Step::parameter).toList()));
            graph.update(first, learning.whole(first, moved.stream().map(Optimizers.Step::m).toList()));
            graph.update(second, learning.whole(second, moved.stream().map(Optimizers.Step::v).toList()));
        }
    }

    /**
     * The parts of a parameter that learn: all of it, or runs of experts along its first axis, cut out and put together again with what
     * stays. A mask over all of it would cost several times as much.
     *
     * @param ends where along the first axis learning begins and ends in turns; none if all of it learns
     * @param length of the first axis
     */
    private record Learning(List<Integer> ends, int length) {

        static Learning of(Optional<boolean[]> frozen) {
            var ends = new ArrayList<Integer>();
            frozen.ifPresent(slices -> {
                for (int expert = 0; expert < slices.length; expert++) {
                    boolean before = expert > 0 && !slices[expert - 1];
                    if (before == slices[expert]) {
                        ends.add(expert); // learns from here on, or no more
                    }
                }
                if (!slices[slices.length - 1]) {
                    ends.add(slices.length);
                }
            });
            return new Learning(ends, frozen.map(slices -> slices.length).orElse(0));
        }

        List<Tensor> of(Tensor whole) {
            if (ends.isEmpty()) {
                return List.of(whole);
            }
            var parts = new ArrayList<Tensor>();
            for (int i = 0; i < ends.size(); i += 2) {
                parts.add(whole.slice(0, ends.get(i), ends.get(i + 1)));
            }
            return parts;
        }

        Tensor whole(Tensor before, List<Tensor> moved) {
            if (ends.isEmpty()) {
                return moved.getFirst();
            }
            var parts = new ArrayList<Tensor>();
            int at = 0;
            for (int i = 0; i < moved.size(); i++) {
                if (ends.get(2 * i) > at) {
                    parts.add(before.slice(0, at, ends.get(2 * i)));
                }
                parts.add(moved.get(i));
                at = ends.get(2 * i + 1);
            }
            if (at < length) {
                parts.add(before.slice(0, at, length));
            }
            return Layout.concat(0, parts);
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
