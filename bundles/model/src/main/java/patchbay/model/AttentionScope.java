package patchbay.model;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.spi.Tier;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/** What an attention is told of its layer, and what the attentions within it are. */
final class AttentionScope extends Scopes.InSequence implements Attention.Scope {

    private final Fitting fitting;
    private final Positions positions;
    private final Function<String, Fitting> sockets;
    private final UnaryOperator<Tensor> weighing;

    /** @param sockets what is in those within, by path */
    AttentionScope(Building building, Fitting fitting, Positions positions, Function<String, Fitting> sockets) {
        this(building, fitting, positions, sockets, UnaryOperator.identity());
    }

    private AttentionScope(Building building, Fitting fitting, Positions positions, Function<String, Fitting> sockets, UnaryOperator<Tensor> weighing) {
        super(building, fitting);
        this.fitting = fitting;
        this.positions = positions;
        this.sockets = sockets;
        this.weighing = weighing;
    }

    @Override
    public Tensor cached(String name, Tensor fresh) {
        return mode() == Mode.DECODING ? building().kept(path() + "." + name, fresh) : fresh;
    }

    /** What the attention makes of x [B, T, dim]. */
    Tensor output(Tensor x) {
        var attention = (Attention) fitting.offer().part();
        if (!causal() && !attention.canLookAhead()) {
            throw new UserError(fitting.place() + " looks back only, and here every place is to see all others: take one that can look ahead, such as full");
        }
        return building().at(fitting, () -> Mixture.expected(fitting, attention.forward(this, x), x.type()));
    }

    @Override
    public Optional<Tensor> lengths() {
        return building().lengths();
    }

    @Override
    public int heads() {
        return building().settings().heads();
    }

    @Override
    public Tensor rotate(Tensor headed) {
        return positions.rotate(headed);
    }

    @Override
    public Tensor sharpened(Tensor queries) {
        int time = queries.dim(1);
        return positions.sharpness(time).map(given -> queries.multiply(given.reshape(time, 1, 1))).orElse(queries);
    }

    @Override
    public Tensor rotate(Tensor headed, Tensor start) {
        return positions.rotate(headed, start);
    }

    @Override
    public Optional<Tier> tier(String name, int rows, int recent, Tensor fresh) {
        return building().tier(path(), name, fresh.shape().with(1, rows), recent);
    }

    @Override
    public void shown(String name, Tensor value) {
        if (building().hasTiers()) {
            graph().output(path() + "." + name, value);
        }
    }

    @Override
    public Optional<Tensor> bias(int keys) {
        return causal() ? positions.bias(heads(), 0, keys) : positions.bias(heads(), 1 - keys, 2 * keys - 1);
    }

    @Override
    public Tensor weighed(Tensor mixed) {
        return weighing.apply(mixed);
    }

    @Override
    public Tensor within(String name, Tensor x, UnaryOperator<Tensor> heads) {
        UnaryOperator<Tensor> both = mixed -> weighing.apply(heads.apply(mixed)); // those around this one have a say too
        return new AttentionScope(building(), sockets.apply(path() + "." + name), positions, sockets, both).output(x);
    }

    @Override
    public Tensor ends(String characters) {
        int[] ends = building().names().ends(characters);
        var ids = building().ids();
        return ends.length == 0 ? graph().constant(ids.shape(), new int[ids.size()]) : graph().constant(Shape.of(ends.length), ends).gather(ids);
    }
}
