package patchbay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Rack;
import patchbay.model.Shelf;
import patchbay.model.Wiring;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.weights.safetensors.HostTensor;

/**
 * A decoder of Llama's form, with experts of Mixtral's, and random weights: as Patchbay's standard plugins build it, and as others lay
 * it out. Its output projection is its embedding.
 *
 * @param experts of a layer, of which each token takes two; 1 for a dense feed-forward
 * @param hidden width of a feed-forward, or of each expert
 */
record Llama(int layers, int dim, int heads, int vocabulary, int context, int experts, int hidden) {

    static final int CHOSEN = 2;
    static final float EPSILON = 1e-5f;
    static final float ROTARY_BASE = 10_000;

    /**
     * So small are routers' weights that both of a token's experts count half, within 0.0001. For Jlama adds up what the chosen experts
     * yield without weighing it: with halved matrices it computes the same then, and the choice is as hard as any.
     */
    private static final float ROUTER = 3e-4f;

    boolean isDense() {
        return experts == 1;
    }

    /** The model, with no values yet. */
    Decoder decoder() {
        var settings = new ModelSettings(layers, dim, heads, context, hidden, experts, isDense() ? 1 : CHOSEN, 0,
                isDense() ? List.of("all") : List.of(), true, 0, ModelSettings.Norm.rms);
        return new Decoder(Rack.fit(settings, Wiring.empty(), Shelf.of(Plugins.all())), vocabulary);
    }

    /** Its random values, the same for everyone. */
    Variables values(Engine engine) {
        var variables = engine.variables();
        var graph = graph();
        engine.compile(graph, variables).close();
        for (var name : graph.parameters().keySet()) {
            if (name.endsWith("router.weight")) {
                var values = read(variables, name);
                for (int i = 0; i < values.length; i++) {
                    values[i] *= ROUTER;
                }
                variables.put(name, variables.type(name), values);
            }
        }
        return variables;
    }

    private Graph graph() {
        var graph = new Graph(1);
        var decoder = decoder();
        var building = new Building(graph, Mode.EVALUATION, decoder.rack().settings());
        graph.output("logits", decoder.build(building, graph.input("tokens", TensorType.i32(1, 1))).logits());
        return graph;
    }

    /** Bytes of weights in f32 that a token must read: all of them, but of experts only the chosen. */
    double bytes() {
        double feedForward = 3.0 * dim * hidden * (isDense() ? 1 : CHOSEN) + (isDense() ? 0 : dim * experts);
        return Float.BYTES * (layers * (4.0 * dim * dim + feedForward + 2 * dim) + dim + (double) vocabulary * dim);
    }

    /**
     * The values of {@code variables} in the names and the layout of the original's files: matrices as [out, in], every expert's by itself.
     *
     * @param down factor of the matrices that end an expert
     */
    List<HostTensor> tensors(Variables variables, float down) {
        var tensors = new ArrayList<HostTensor>();
        BiConsumer<String, String> whole = (theirs, ours) ->
                tensors.add(HostTensor.of(theirs, variables.type(ours).shape().dims(), read(variables, ours)));
        BiConsumer<String, String> matrix = (theirs, ours) -> {
            int in = variables.type(ours).shape().dim(0);
            int out = variables.type(ours).shape().dim(1);
            tensors.add(HostTensor.of(theirs, new int[] {out, in}, transposed(read(variables, ours), 0, in, out, 1)));
        };
        whole.accept("model.embed_tokens.weight", "embedding.tokens");
        for (int layer = 0; layer < layers; layer++) {
            var ours = "layers." + layer + ".";
            var theirs = "model.layers." + layer + ".";
            whole.accept(theirs + "input_layernorm.weight", ours + "attention-norm.gain");
            matrix.accept(theirs + "self_attn.q_proj.weight", ours + "attention.query");
            matrix.accept(theirs + "self_attn.k_proj.weight", ours + "attention.key");
            matrix.accept(theirs + "self_attn.v_proj.weight", ours + "attention.value");
            matrix.accept(theirs + "self_attn.o_proj.weight", ours + "attention.output");
            whole.accept(theirs + "post_attention_layernorm.weight", ours + "feed-forward-norm.gain");
            if (isDense()) {
                matrix.accept(theirs + "mlp.gate_proj.weight", ours + "feed-forward.gate");
                matrix.accept(theirs + "mlp.up_proj.weight", ours + "feed-forward.up");
                matrix.accept(theirs + "mlp.down_proj.weight", ours + "feed-forward.down");
            } else {
                theirs += "block_sparse_moe.";
                matrix.accept(theirs + "gate.weight", ours + "moe.router.weight");
                var gate = read(variables, ours + "moe.experts.gate");
                var up = read(variables, ours + "moe.experts.up");
                var back = read(variables, ours + "moe.experts.down");
                for (int expert = 0; expert < experts; expert++) {
                    var name = theirs + "experts." + expert + ".";
                    int at = expert * dim * hidden;
                    tensors.add(HostTensor.of(name + "w1.weight", new int[] {hidden, dim}, transposed(gate, at, dim, hidden, 1)));
                    tensors.add(HostTensor.of(name + "w2.weight", new int[] {dim, hidden}, transposed(back, at, hidden, dim, down)));
                    tensors.add(HostTensor.of(name + "w3.weight", new int[] {hidden, dim}, transposed(up, at, dim, hidden, 1)));
                }
            }
        }
        whole.accept("model.norm.weight", "norm.gain");
        return tensors;
    }

    private static float[] read(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    private static float[] transposed(float[] values, int at, int rows, int columns, float factor) {
        var turned = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = factor * values[at + row * columns + column];
            }
        }
        return turned;
    }
}
