package patchbay.model;

import java.util.Map;
import java.util.Optional;
import patchbay.spi.Encoder;
import patchbay.spi.Tower;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** What an encoder is told while its graph is built. */
final class EncoderScope extends Scopes.InSequence implements Encoder.Scope {

    private final Fitting fitting;
    private final Rack rack;
    private final int batch;
    private final Map<String, TensorType> inputs;
    private Optional<Masking> masking = Optional.empty();

    /**
     * @param rack which its blocks' parts are taken from
     * @param inputs of one example
     */
    EncoderScope(Building building, Fitting fitting, Rack rack, int batch, Map<String, TensorType> inputs) {
        super(building, fitting);
        this.fitting = fitting;
        this.rack = rack;
        this.batch = batch;
        this.inputs = inputs;
        building.pretrained(path() + ".", parameter -> ((Encoder) fitting.offer().part()).pretrained(this, parameter));
    }

    /** The name in the graph of an input of the encoder at {@code path}. */
    static String input(String path, String name) {
        return path + "/" + name;
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public Tensor input(String name) {
        var type = inputs.get(name);
        if (type == null) {
            throw UserError.unknown("input", name, inputs.keySet());
        }
        return graph().input(input(path(), name), new TensorType(type.dtype(), Shape.of(batch).append(type.shape().dims())));
    }

    @Override
    public Tensor blocks(Tensor x, Optional<Tensor> lengths) {
        var settings = building().settings();
        var tower = fitting.tower(settings).orElseThrow(() -> new UserError("it has no blocks: tower() is empty"));
        if (x.shape().rank() != 3 || x.dim(0) != batch || x.dim(2) != tower.dim() || x.dim(1) > tower.length()) {
            throw new UserError("its blocks take [" + batch + ", at most " + tower.length() + ", " + tower.dim() + "], not " + x.type());
        }
        var within = building().within(Fitting.sizes(tower, settings), tower.causal(), batch, x.dim(1), lengths);
        var prefix = path() + ".";
        var positions = new Positions(within, rack.at(prefix + "position"), rack::at);
        return new Blocks(within, rack, prefix, positions, tower.order(), tower.epsilon()).build(positions.embed(x)).reshape(x.shape());
    }

    @Override
    public Tensor masked(Tensor ids, int mask, int first, int vocabulary) {
        if (building().settings().task().kind() != Task.Kind.masked) {
            return ids;
        }
        var hidden = Masking.of(this, ids, mask, first, vocabulary);
        masking = Optional.of(hidden);
        return hidden.ids();
    }

    /** What was hidden of the tokens. */
    Masking masking() {
        return masking.orElseThrow(() -> new UserError("it asks for no masked tokens: it cannot be trained to find them"));
    }

    /** Of blocks that are added to what came before by the encoder itself. */
    @Override
    public Tensor residual(String name, Tensor x, int out) {
        int layers = fitting.tower(building().settings()).map(Tower::layers).orElse(building().settings().layers());
        return project(name, x, out, 1 / Math.sqrt(2.0 * layers));
    }
}
