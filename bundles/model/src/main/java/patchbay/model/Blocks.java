package patchbay.model;

import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Tower;
import patchbay.tensor.Gradients;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A stack of transformer blocks: an attention, then a feed-forward, which is a mixture of experts or one dense expert.
 *
 * @param building told of the sequences that pass
 * @param prefix of the sockets and parameters: empty, or {@code encoders.image.}
 * @param order where the norms stand; before, in {@code x + f(norm(x))}, there is one more behind the last block
 */
record Blocks(Building building, Rack rack, String prefix, Positions positions, Tower.Order order, float epsilon) {

    /** x [B, T, dim] → [B · T, dim]. */
    Tensor build(Tensor x) {
        refuseLeaks();
        var settings = building.settings();
        int batch = x.dim(0);
        int time = x.dim(1);
        int rows = batch * time;
        var stream = x.reshape(rows, settings.dim());
        for (int layer = 0; layer < settings.layers(); layer++) {
            int number = layer;
            var path = prefix + "layers." + number;
            var before = stream;
            stream = Gradients.Segment.around(building.graph(), building::block, () -> {
                var attended = sum(path + ".attention-norm", before, normed -> attend(path, normed.reshape(batch, time, settings.dim())).reshape(rows, settings.dim()));
                return sum(path + ".feed-forward-norm", attended,
                        normed -> settings.isDense(number) ? dense(path, normed) : mixture(path + ".moe", normed));
            });
        }
        return order == Tower.Order.BEFORE ? norm(prefix + "norm", stream) : stream;
    }

    private void refuseLeaks() {
        for (var fitting : rack.fittings().values()) {
            var path = fitting.socket().path();
            boolean own = path.startsWith(prefix) && (!prefix.isEmpty() || !path.startsWith(Socket.ENCODERS));
            if (own && building.causal() && !fitting.offer().part().canBeCausal() && !rack.settings().leaks().contains(fitting.plug().plugin())) {
                throw new UserError(fitting.place() + " lets a token see those behind it; this model is causal: take another, or accept it"
                        + " with model.leaks: [" + fitting.plug().plugin() + "]");
            }
        }
    }

    /** x and what a sub-layer makes of it. */
    private Tensor sum(String norm, Tensor x, java.util.function.UnaryOperator<Tensor> layer) {
        return order == Tower.Order.BEFORE ? x.add(dropout(building, layer.apply(norm(norm, x)))) : norm(norm, x.add(dropout(building, layer.apply(x))));
    }

    private Tensor attend(String path, Tensor x) {
        return new AttentionScope(building, rack.at(path + ".attention"), positions, rack::at).output(x);
    }

    private Tensor dense(String path, Tensor rows) {
        var fitting = rack.at(path + ".feed-forward");
        var expert = rack.part(Expert.class, path + ".feed-forward");
        return building.at(fitting, () -> Mixture.expected(fitting,
                expert.forward(new Scopes.ForDense(building, fitting, building.settings().hidden()), rows), rows.type()));
    }

    private Tensor mixture(String path, Tensor rows) {
        var mixed = new Mixture(rack, path).build(building, rows);
        building.mixed(path, mixed);
        return mixed.output();
    }

    private Tensor norm(String path, Tensor x) {
        var shape = Shape.of(building.settings().dim());
        var gain = building.undecayed(path + ".gain", shape, Initializer.ones());
        return switch (building.settings().norm()) {
            case rms -> x.rmsNorm(gain, epsilon);
            case layer -> x.layerNorm(gain, building.undecayed(path + ".bias", shape, Initializer.zeros()), epsilon);
        };
    }

    static Tensor dropout(Building building, Tensor x) {
        float p = building.settings().dropout();
        return building.mode() == Mode.TRAINING && p > 0 ? x.dropout(p, building.draw(), building.salt()) : x;
    }
}
