package patchbay.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Routing;
import patchbay.tensor.Gradients;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A decoder-only transformer with pre-norm blocks (Radford et al. 2019): x + attention(norm(x)), then x + feed-forward(norm(x)),
 * where a feed-forward is a mixture of experts or one dense expert.
 */
public final class Decoder {

    private final Rack rack;
    private final int vocabulary;
    private final Names names;

    public Decoder(Rack rack, int vocabulary) {
        this(rack, vocabulary, Names.none());
    }

    /** @param names what tokens and domains are called */
    public Decoder(Rack rack, int vocabulary, Names names) {
        this.rack = rack;
        this.vocabulary = vocabulary;
        this.names = names;
    }

    /** The same model with other parts. */
    public Decoder with(Rack changed) {
        return new Decoder(changed, vocabulary, names);
    }

    public Rack rack() {
        return rack;
    }

    public int vocabulary() {
        return vocabulary;
    }

    /**
     * What a forward pass yields.
     *
     * @param logits [B · T, vocabulary]
     * @param routings by the path of the mixture layer: {@code layers.3.moe}
     * @param balance the balancers' loss terms, summed; empty if there are none
     * @param blocks the nodes of each layer
     */
    public record Forward(Tensor logits, Map<String, Routing> routings, Optional<Tensor> balance, List<Gradients.Segment> blocks) {}

    /** Builds the forward pass over {@code tokens} [B, T], i32; a token below 0 is padding, which stands at a sequence's end. */
    public Forward build(Building building, Tensor tokens) {
        var settings = rack.settings();
        int rows = tokens.size();
        int dim = settings.dim();
        if (tokens.dim(1) > settings.context()) {
            throw new UserError(tokens.dim(1) + " tokens are more than the model's context of " + settings.context());
        }
        refuseLeaks();
        building.enter(tokens, names);
        var embedding = building.parameter("embedding.tokens", Shape.of(vocabulary, dim), Initializer.normal(0.02f));
        var positions = new Positions(building, rack.at("position"), rack::at);
        var x = dropout(building, positions.embed(embedding.gather(tokens))).reshape(rows, dim); // [B·T, dim]
        var routings = new LinkedHashMap<String, Routing>();
        var terms = new ArrayList<Tensor>();
        var blocks = new ArrayList<Gradients.Segment>();
        for (int layer = 0; layer < settings.layers(); layer++) {
            int number = layer;
            var before = x;
            x = Gradients.Segment.around(building.graph(), blocks::add, () -> {
                var path = "layers." + number;
                var normed = norm(building, path + ".attention-norm", before).reshape(tokens.dim(0), tokens.dim(1), dim);
                var attended = before.add(dropout(building, attend(building, path, normed, positions).reshape(rows, dim)));
                normed = norm(building, path + ".feed-forward-norm", attended);
                return attended.add(dropout(building, settings.isDense(number) ? dense(building, path, normed)
                        : mixture(building, path + ".moe", normed, routings, terms)));
            });
        }
        var normed = norm(building, "norm", x);
        var logits = settings.tied()
                ? normed.matmul(embedding, false, true)
                : normed.matmul(building.parameter("head", Shape.of(dim, vocabulary), Initializer.normal(0.02f)));
        return new Forward(logits, routings, terms.stream().reduce(Tensor::add), List.copyOf(blocks));
    }

    /** Has routers and balancers make their updates for a step in which {@code counts} [E] tokens chose the layers' experts. */
    public void update(Building building, Map<String, Tensor> counts) {
        counts.forEach((path, count) -> new Mixture(rack, path).update(building, count));
    }

    /** Whether a part of it shows tokens what comes after them, and that was accepted. */
    public boolean leaks() {
        return rack.fittings().values().stream().anyMatch(fitting -> !fitting.offer().part().canBeCausal());
    }

    private void refuseLeaks() {
        for (var fitting : rack.fittings().values()) {
            if (!fitting.offer().part().canBeCausal() && !rack.settings().leaks().contains(fitting.plug().plugin())) {
                throw new UserError(fitting.place() + " lets a token see those behind it; this model is causal: take another, or accept it"
                        + " with model.leaks: [" + fitting.plug().plugin() + "]");
            }
        }
    }

    /** Paths of the mixture layers. */
    public List<String> mixtures() {
        return rack.fittings().keySet().stream().filter(path -> path.endsWith(".moe.router"))
                .map(path -> path.substring(0, path.length() - ".router".length())).toList();
    }

    private Tensor attend(Building building, String path, Tensor x, Positions positions) {
        return new AttentionScope(building, rack.at(path + ".attention"), positions, rack::at).output(x);
    }

    private Tensor dense(Building building, String path, Tensor rows) {
        var fitting = rack.at(path + ".feed-forward");
        var expert = rack.part(Expert.class, path + ".feed-forward");
        return building.at(fitting, () -> Mixture.expected(fitting,
                expert.forward(new Scopes.ForDense(building, fitting, rack.settings().hidden()), rows), rows.type()));
    }

    private Tensor mixture(Building building, String path, Tensor rows, Map<String, Routing> routings, List<Tensor> terms) {
        var mixed = new Mixture(rack, path).build(building, rows);
        routings.put(path, mixed.routing());
        terms.addAll(mixed.balance());
        return mixed.output();
    }

    private Tensor norm(Building building, String path, Tensor x) {
        var shape = Shape.of(rack.settings().dim());
        var gain = building.undecayed(path + ".gain", shape, Initializer.ones());
        return switch (rack.settings().norm()) {
            case rms -> x.rmsNorm(gain, 1e-5f);
            case layer -> x.layerNorm(gain, building.undecayed(path + ".bias", shape, Initializer.zeros()), 1e-5f);
        };
    }

    private Tensor dropout(Building building, Tensor x) {
        float p = rack.settings().dropout();
        return building.mode() == Mode.TRAINING && p > 0 ? x.dropout(p, building.draw(), building.salt()) : x;
    }
}
