package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.Mixture;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** What every {@link Expert} must do. Some experts of its sizes get no row, and some rows belong to none. */
public abstract class ExpertContract extends DecoderPartContract<Expert> {

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 1, 1), Size.of(13, 1, 1, 12, 13, 3, 1), Size.of(1, 13, 1, 13, 1, 8, 2),
                Size.of(9, 23, 1, 8, 13, 7, 2));
    }

    @Override
    List<Tensor> build(Bench bench, Size size) {
        var graph = bench.building().graph();
        var expert = plugin();
        var rows = graph.input("rows", TensorType.f32(size.rows(), size.settings().dim()));
        var offsets = graph.input("offsets", TensorType.i32(size.settings().experts() + 1));
        bench.building().enter(graph.input("ids", TensorType.i32(size.batch(), size.time())));
        var tokens = graph.input("tokens", TensorType.i32(size.rows()));
        var mixed = expert.forward(bench.scope(expert, offsets, tokens), rows);
        var dense = expert.forward(new Bench(bench.building(), "socket.dense", bench.options()).scope(expert), rows);
        graph.output("mixed", mixed);
        graph.output("dense", dense);
        return List.of(mixed, dense);
    }

    /**
     * Expert e has more rows than e − 1, the third none, and where there are several, the last row is nobody's. Ids and
     * domains of some tokens; the rows are the tokens as they stand.
     */
    @Override
    int[] indices(String input, Size size) {
        if (!input.equals("offsets")) {
            return input.equals("tokens") ? IntStream.range(0, size.rows()).toArray()
                    : new SplittableRandom(5).ints(size.rows(), 0, 40).toArray();
        }
        int experts = size.settings().experts();
        int rows = size.rows() > 1 ? size.rows() - 1 : 1;
        var offsets = new int[experts + 1];
        for (int e = 1; e <= experts; e++) {
            offsets[e] = e == 3 && experts > 3 ? offsets[e - 1] : (int) ((long) rows * e * e / ((long) experts * experts));
        }
        return offsets;
    }

    private Trial evaluation(Size size, Map<String, Object> options) {
        var engine = new ReferenceEngine();
        return trial(engine, graph(Mode.EVALUATION, size, options), size, engine.variables());
    }

    @Test
    public void shapes() {
        everywhere((size, options, where) -> {
            var type = TensorType.f32(size.rows(), size.settings().dim());
            var outputs = graph(Mode.TRAINING, size, options).outputs();
            assertEquals(type, outputs.get("mixed").type(), where);
            assertEquals(type, outputs.get("dense").type(), where);
        });
    }

    @Test
    public void aRowDependsOnItselfAndItsExpertAlone() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                int dim = size.settings().dim();
                var rows = numbers("rows", size, size.rows() * dim);
                var before = trial.run().outputs();
                int kept = size.rows() / 2;
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = i / dim == kept ? rows[i] : 3 - rows[i];
                }
                var after = trial.with("rows", rows).run().outputs();
                for (var name : List.of("mixed", "dense")) {
                    assertArrayEquals(Arrays.copyOfRange(before.get(name), kept * dim, (kept + 1) * dim),
                            Arrays.copyOfRange(after.get(name), kept * dim, (kept + 1) * dim), where + ", " + name);
                }
            }
        });
    }

    /** Each expert of a mixture computes what a dense feed-forward with its weights computes. */
    @Test
    public void everyExpertIsADenseFeedForwardOfItsOwn() {
        everywhere((size, options, where) -> {
            try (var trial = evaluation(size, options)) {
                var offsets = indices("offsets", size);
                int dim = size.settings().dim();
                var mixed = trial.run().floats("mixed");
                for (int e = 0; e < size.settings().experts(); e++) {
                    copyToDense(trial, "socket.", e, "socket.dense.");
                    var dense = trial.run().floats("dense");
                    Trial.assertClose(Arrays.copyOfRange(dense, offsets[e] * dim, offsets[e + 1] * dim),
                            Arrays.copyOfRange(mixed, offsets[e] * dim, offsets[e + 1] * dim), 1e-5, where + ", expert " + e);
                }
            }
        });
    }

    /**
     * Gives the dense variables under {@code to} the values that expert {@code e} has in those under {@code from}; what is not larger there
     * is the same for all experts.
     */
    private static void copyToDense(Trial trial, String from, int e, String to) {
        for (var name : List.copyOf(trial.variables().names())) {
            if (name.startsWith(to)) {
                var all = trial.variable(from + name.substring(to.length()));
                int length = trial.variables().type(name).size();
                trial.set(name, all.length == length ? all : Arrays.copyOfRange(all, e * length, (e + 1) * length));
            }
        }
    }

    /** Every expert the same score. */
    @Plugin("equal")
    static final class EqualRouter implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.graph().filled(Shape.of(tokens.dim(0), scope.experts()), 0);
        }
    }

    @Test
    public void aMixtureOfOneExpertIsTheDenseLayer() {
        for (var options : optionSets()) {
            checkMeanOfExperts(1, options);
        }
    }

    @Test
    public void allExpertsWithEqualWeightsAreTheirMean() {
        for (var options : optionSets()) {
            checkMeanOfExperts(2, options);
            checkMeanOfExperts(5, options);
        }
    }

    private void checkMeanOfExperts(int experts, Map<String, Object> options) {
        int rows = 13;
        int dim = 8;
        var settings = new ModelSettings(1, dim, 1, 16, 12, experts, experts, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(3);
        var building = new Building(graph, Mode.EVALUATION, settings);
        var tokens = graph.input("tokens", TensorType.f32(rows, dim));
        var rack = PlainParts.decoder(settings, 2, plugin(), options).rack()
                .with("layers.0.moe.router", Plug.of("equal"), PlainParts.shelf(new EqualRouter()));
        building.enter(graph.input("ids", TensorType.i32(1, rows)));
        graph.output("mixture", new Mixture(rack, "layers.0.moe").build(building, tokens).output());
        var expert = plugin();
        graph.output("dense", expert.forward(new Bench(building, "dense", options).scope(expert), tokens));
        try (var trial = Trial.of(graph)) {
            var mixture = trial.with("tokens", Trial.random(rows * dim, 1)).run().floats("mixture");
            var mean = new float[rows * dim];
            for (int e = 0; e < experts; e++) {
                copyToDense(trial, "layers.0.moe.experts.", e, "dense.");
                var dense = trial.run().floats("dense");
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += dense[i] / experts;
                }
            }
            Trial.assertClose(mean, mixture, 1e-5, experts + " experts with " + options);
        }
    }
}
