package patchbay.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.model.Building;
import patchbay.model.Mixture;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.spi.Assignment;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * One mixture layer that can be computed by hand: expert 0 multiplies by 10, expert 1 by 100, and so on. Its path is {@code layers.0.moe}.
 *
 * @param batch sequences of {@code ids.length / batch} tokens each
 * @param ids of the tokens, below 0 for padding
 * @param tokens [N][dim]
 */
public record SmallMixture(Mode mode, int batch, int experts, int k, int[] ids, float[][] tokens) {

    /** The tokens (1, 0) and (0, 1), so that row n of a linear router's weight is the scores of token n; and two experts. */
    public static SmallMixture twoByTwo(Mode mode, int k) {
        return new SmallMixture(mode, 1, 2, k, new int[] {0, 1}, new float[][] {{1, 0}, {0, 1}});
    }

    /** x · factor. */
    @Plugin("times")
    static final class Times implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            Initializer powers = (shape, seed) -> {
                var factors = new float[shape.size()];
                for (int i = 0; i < factors.length; i++) {
                    factors[i] = (float) Math.pow(10, i + 1);
                }
                return factors;
            };
            return rows.multiply(scope.each("factor", rows, Shape.of(1), powers));
        }
    }

    /**
     * The mixture with {@code part}, a router or a capacity, ready to run. Outputs: {@code output} [N, dim]; {@code scores},
     * {@code affinities}, {@code taken}, {@code counts}; what the assignment consists of, by the names of its components.
     */
    public Trial with(Part part, Map<String, Object> options) {
        return with(Map.of(socket(part), part), Map.of(socket(part), options));
    }

    /** The mixture with parts, and their options, by socket: {@code router}, {@code capacity}. */
    public Trial with(Map<String, Part> parts, Map<String, Map<String, Object>> options) {
        int dim = tokens[0].length;
        int time = ids.length / batch;
        var leaks = parts.values().stream().filter(part -> !part.canBeCausal()).map(SmallMixture::name).toList();
        var settings = new ModelSettings(1, dim, 1, time, 1, experts, k, 0, List.of(), true, 0, ModelSettings.Norm.rms).withLeaks(leaks);
        var plugs = new LinkedHashMap<String, Plug>(Map.of("layers.0.moe.experts", Plug.of("times")));
        parts.forEach((socket, part) -> plugs.put("layers.0.moe." + socket, new Plug(name(part), options.getOrDefault(socket, Map.of()))));
        var offered = new LinkedHashMap<String, Part>(parts);
        offered.put("experts", new Times());
        var rack = Rack.fit(settings, PlainParts.wiring(settings, plugs), PlainParts.shelf(offered.values().toArray(Part[]::new)));
        var graph = new Graph(3);
        var building = new Building(graph, mode, settings);
        building.enter(graph.constant(Shape.of(batch, time), ids));
        var result = new Mixture(rack, "layers.0.moe").build(building, graph.input("tokens", TensorType.f32(ids.length, dim)));
        var routing = result.routing();
        graph.output("output", result.output());
        graph.output("scores", routing.scores());
        graph.output("affinities", routing.affinities());
        graph.output("taken", routing.taken());
        graph.output("counts", routing.counts());
        switch (routing.assignment()) {
            case Assignment.Choices(var chosen, var weights) -> {
                graph.output("experts", chosen);
                graph.output("weights", weights);
            }
            case Assignment.Takes(var taken, var weights) -> {
                graph.output("tokens", taken);
                graph.output("weights", weights);
            }
            case Assignment.Slots(var dispatch, var combine) -> {
                graph.output("dispatch", dispatch.transpose(1, 2)); // [B, T, E·S], as combine
                graph.output("combine", combine);
            }
        }
        var flat = new float[ids.length * dim];
        for (int n = 0; n < ids.length; n++) {
            System.arraycopy(tokens[n], 0, flat, n * dim, dim);
        }
        return Trial.of(graph).with("tokens", flat).with("draw", 1);
    }

    private static String name(Part part) {
        return part.getClass().getAnnotation(Plugin.class).value();
    }

    private static String socket(Part part) {
        return switch (part) {
            case Router _ -> "router";
            case Capacity _ -> "capacity";
            default -> throw new IllegalArgumentException(part + " is neither a router nor a capacity");
        };
    }
}
