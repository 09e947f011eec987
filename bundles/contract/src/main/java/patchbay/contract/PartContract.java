package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.model.Options;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** What is asked of plugins of every kind; the kinds' own contracts extend it. */
public abstract class PartContract<P extends Part> {

    /** What {@code scope.noise} and dropout are drawn from in these tests. */
    static final int DRAW = 7;

    /** The plugin under test. */
    protected abstract P plugin();

    /** The options that everything is tested with, each set beside the defaults of what it leaves out. */
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of());
    }

    /** The options that gradients are compared with; to be overridden where with others a small step changes who goes where. */
    protected List<Map<String, Object>> smoothOptionSets() {
        return optionSets();
    }

    /** Sizes of a model around the plugin, and of what goes through it. */
    public record Size(int batch, int time, ModelSettings settings) {

        /** Tokens in all. */
        public int rows() {
            return batch * time;
        }

        public static Size of(int batch, int time, int heads, int dim, int hidden, int experts, int k) {
            return new Size(batch, time, new ModelSettings(1, dim, heads, Math.max(time, 4), hidden, experts, k, 0,
                    List.of(), true, 0, ModelSettings.Norm.rms));
        }
    }

    /** The sizes that everything is tested at; a plugin that cannot have one of them overrides this. */
    protected abstract List<Size> sizes();

    /**
     * Puts the plugin into the bench's graph, with inputs and outputs.
     *
     * @return the outputs that gradients pass
     */
    abstract List<Tensor> build(Bench bench, Size size);

    /** Values for an i32 input that {@link #build} asked for. */
    abstract int[] indices(String input, Size size);

    /** Values for an f32 input that {@link #build} asked for. */
    float[] numbers(String input, Size size, int length) {
        return Trial.random(length, input.hashCode());
    }

    /** Whether gradients pass the plugin anywhere. */
    protected boolean learns() {
        return true;
    }

    /** The path of the socket that it is in. */
    String path() {
        return "socket";
    }

    final Bench bench(Graph graph, Mode mode, Size size, Map<String, Object> options) {
        return new Bench(new Building(graph, mode, size.settings()), path(), options);
    }

    final Graph graph(Mode mode, Size size, Map<String, Object> options) {
        var graph = new Graph(3);
        build(bench(graph, mode, size, options), size);
        return graph;
    }

    final Trial trial(Engine engine, Graph graph, Size size, Variables variables) {
        var trial = Trial.of(engine, graph, variables);
        feed(trial, size);
        return trial;
    }

    final void feed(Trial trial, Size size) {
        trial.graph().inputs().forEach((name, input) -> {
            if (name.equals("draw")) {
                trial.with(name, DRAW);
            } else if (name.startsWith(Building.IMPOSED)) {
                trial.with(name, new int[input.size()]); // routers select for themselves
            } else if (input.dtype() == DType.I32) {
                trial.with(name, indices(name, size));
            } else {
                trial.with(name, numbers(name, size, input.size()));
            }
        });
    }

    /** A test at one size with one set of options. */
    interface Check {
        void at(Size size, Map<String, Object> options, String where);
    }

    final void everywhere(Check check) {
        for (var size : sizes()) {
            for (var options : optionSets()) {
                check.at(size, options, size + " with " + options);
            }
        }
    }

    @Test
    public void aNameInLowerCaseWithHyphens() {
        var plugin = plugin().getClass().getAnnotation(Plugin.class);
        assertNotNull(plugin, "a plugin is annotated with @Plugin");
        assertTrue(plugin.value().matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"), "lower case, words joined by hyphens: " + plugin.value());
    }

    @Test
    public void nothingIsKeptInFields() {
        for (Class<?> type = plugin().getClass(); type != Object.class; type = type.getSuperclass()) {
            for (var field : type.getDeclaredFields()) {
                boolean constant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
                assertTrue(constant || field.isSynthetic(), field + ": a plugin keeps nothing in fields; ask the scope for state");
            }
        }
    }

    @Test
    public void optionsHaveDefaultsAndCanBeSetFromText() {
        var type = plugin().options();
        var text = new LinkedHashMap<String, Object>();
        Options.defaults(type).forEach((name, value) -> {
            assertNotNull(value, "option " + name + " needs a default");
            text.put(name, value instanceof Enum<?> choice ? choice.name().toLowerCase(Locale.ROOT).replace('_', '-') : value.toString());
        });
        var read = Options.of(type, text, "the test");
        var defaults = Options.of(type, Map.of(), "the test");
        assertEquals(defaults.toString(), read.toString());
        everywhere((size, options, where) -> graph(Mode.TRAINING, size, options));
        graph(Mode.TRAINING, sizes().getFirst(), text);
    }

    @Test
    public void anUnknownOptionIsAnErrorThatNamesTheValidOnes() {
        var size = sizes().getFirst();
        var error = assertThrows(UserError.class, () -> graph(Mode.TRAINING, size, Map.of("no-such-option", 1)));
        assertTrue(error.getMessage().contains("no-such-option") && error.getMessage().contains(path()), error.getMessage());
        var known = UserError.unknown("option", "no-such-option", Options.defaults(plugin().options()).keySet());
        assertTrue(error.getMessage().contains(known.getMessage()), error.getMessage());
    }

    @Test
    public void anIllTypedOptionIsAnErrorThatNamesIt() {
        Options.defaults(plugin().options()).forEach((name, value) -> {
            if (!(value instanceof String)) {
                var error = assertThrows(UserError.class,
                        () -> graph(Mode.TRAINING, sizes().getFirst(), Map.of(name, "neither-this-nor-that")));
                assertTrue(error.getMessage().contains(name) && error.getMessage().contains("neither-this-nor-that"), error.getMessage());
            }
        });
    }

    @Test
    public void twoBuildsAreTheSameGraph() {
        everywhere((size, options, where) -> {
            for (var mode : List.of(Mode.TRAINING, Mode.EVALUATION)) {
                var first = graph(mode, size, options);
                var second = graph(mode, size, options);
                assertEquals(first.nodes().stream().map(Object::toString).toList(), second.nodes().stream().map(Object::toString).toList(), where);
                assertEquals(List.copyOf(first.variables().keySet()), List.copyOf(second.variables().keySet()), where);
                Trial.assertSame(outcome(new ReferenceEngine(), first, size), outcome(new ReferenceEngine(), second, size), where);
            }
        });
    }

    @Test
    public void everyEngineAndNumberOfThreadsComputesTheSame() {
        try (var one = new CpuEngine(1); var two = new CpuEngine(2)) {
            everywhere((size, options, where) -> {
                var single = outcome(one, graph(Mode.TRAINING, size, options), size);
                Trial.assertSame(single, outcome(two, graph(Mode.TRAINING, size, options), size), where + ", two threads");
                var plain = outcome(new ReferenceEngine(), graph(Mode.TRAINING, size, options), size);
                plain.forEach((name, values) -> Trial.assertClose(values, single.get(name), 1e-4, where + ", " + name));
            });
        }
    }

    /** Outputs of two runs, and the variables after them. */
    private Map<String, float[]> outcome(Engine engine, Graph graph, Size size) {
        var outcome = new LinkedHashMap<String, float[]>();
        try (var trial = trial(engine, graph, size, engine.variables())) {
            for (int run = 0; run < 2; run++) {
                var outputs = trial.run().outputs();
                for (var name : outputs.keySet()) {
                    outcome.put(name + " of run " + run, outputs.get(name));
                }
            }
            outcome.putAll(Trial.values(trial.variables()));
        }
        return outcome;
    }

    @Test
    public void nothingIsRandomOutsideOfTraining() {
        everywhere((size, options, where) -> {
            for (var mode : List.of(Mode.EVALUATION, Mode.DECODING)) {
                assertFalse(graph(mode, size, options).inputs().containsKey("draw"), where + ": " + mode + " draws random numbers");
            }
        });
    }

    @Test
    public void nothingIsLearntOrRememberedInEvaluation() {
        everywhere((size, options, where) -> assertTrue(graph(Mode.EVALUATION, size, options).updates().isEmpty(), where));
    }

    @Test
    public void randomnessFollowsTheStep() {
        everywhere((size, options, where) -> {
            var graph = graph(Mode.TRAINING, size, options);
            if (graph.inputs().containsKey("draw")) {
                try (var trial = trial(new ReferenceEngine(), graph, size, new ReferenceEngine().variables())) {
                    var at = Trial.values(trial.variables());
                    var first = again(trial, at, 1);
                    var other = again(trial, at, 2);
                    Trial.assertSame(first, again(trial, at, 1), where + ", the same step");
                    assertTrue(first.keySet().stream().anyMatch(name -> !Arrays.equals(first.get(name), other.get(name))),
                            where + ": another step draws the same");
                }
            }
        });
    }

    private static Map<String, float[]> again(Trial trial, Map<String, float[]> variables, int draw) {
        variables.forEach(trial::set);
        return trial.with("draw", draw).run().outputs();
    }

    @Test
    public void gradientsAreThoseOfFiniteDifferences() {
        boolean passed = false;
        boolean any = false;
        for (var size : sizes()) {
            for (var options : smoothOptionSets()) {
                var graph = new Graph(3);
                var tensors = build(bench(graph, Mode.TRAINING, size, options), size);
                var moved = new LinkedHashMap<String, float[]>();
                graph.inputs().forEach((name, input) -> {
                    if (input.dtype() == DType.F32 && isMoved(name)) {
                        moved.put(name, numbers(name, size, input.size()));
                    }
                });
                if (!tensors.isEmpty()) {
                    passed = true;
                    any |= Differences.check(graph, tensors, moved, trial -> feed(trial, size), step(), size + " with " + options);
                }
            }
        }
        assertEquals(passed && learns(), any, learns() ? "gradients are 0 at every size" : "gradients pass what learns nothing");
    }

    /** The most that a value is moved by when differences are taken. */
    double step() {
        return Differences.STEP;
    }

    /** Whether gradients are taken by this input. */
    boolean isMoved(String input) {
        return true;
    }

    @Test
    public void variablesWrittenOutAndReadInContinueTheSame() {
        everywhere((size, options, where) -> {
            var engine = new ReferenceEngine();
            try (var trial = trial(engine, graph(Mode.TRAINING, size, options), size, engine.variables())) {
                trial.run();
                var other = new ReferenceEngine();
                var copied = other.variables();
                Trial.values(trial.variables()).forEach((name, values) -> copied.put(name, trial.variables().type(name), values));
                try (var continued = trial(other, graph(Mode.TRAINING, size, options), size, copied)) {
                    for (int run = 0; run < 2; run++) {
                        Trial.assertSame(trial.run().outputs(), continued.run().outputs(), where + ", run " + run);
                    }
                    Trial.assertSame(Trial.values(trial.variables()), Trial.values(copied), where);
                }
            }
        });
    }

    /** An expert more, an expert less, other widths: what carries over has the new shape's size. */
    @Test
    public void carriedValuesHaveTheNewLength() {
        for (var size : sizes()) {
            var now = graph(Mode.TRAINING, size, Map.of()).variables();
            var s = size.settings();
            for (var changed : List.of(
                    Size.of(size.batch(), size.time(), s.heads(), s.dim(), s.hidden(), s.experts() + 1, s.k()),
                    Size.of(size.batch(), size.time(), s.heads(), s.dim(), s.hidden() + 1, s.experts(), s.k()))) {
                graph(Mode.TRAINING, changed, Map.of()).variables().forEach((name, variable) -> {
                    if (now.containsKey(name) && !now.get(name).shape().equals(variable.shape())) {
                        var before = variable.shape();
                        var after = now.get(name).shape();
                        plugin().carryOver(name.substring(path().length() + 1), before, Trial.random(before.size(), 1), after)
                                .ifPresent(values -> assertEquals(after.size(), values.length, name + " from " + before + " to " + after));
                    }
                });
            }
        }
    }
}
