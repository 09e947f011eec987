package patchbay.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Routing;
import patchbay.spi.Tower;
import patchbay.tensor.Gradients;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A decoder-only transformer with pre-norm blocks (Radford et al. 2019): x + attention(norm(x)), then x + feed-forward(norm(x)),
 * where a feed-forward is a mixture of experts or one dense expert.
 */
public final class Decoder implements Model {

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

    @Override
    public Decoder with(Rack changed) {
        return new Decoder(changed, vocabulary, names);
    }

    @Override
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
        if (tokens.dim(1) > settings.context()) {
            throw new UserError(tokens.dim(1) + " tokens are more than the model's context of " + settings.context());
        }
        building.enter(tokens, names);
        var embedding = building.parameter("embedding.tokens", Shape.of(vocabulary, settings.dim()), Initializer.normal(0.02f));
        var positions = new Positions(building, rack.at("position"), rack::at);
        var embedded = embedding.gather(tokens);
        var placed = positions.embed(embedded);
        if (building.hasTiers() && placed != embedded) {
            throw new UserError(rack.at("position").place() + " writes where a token stands into its embedding, which means nothing in a text that is longer"
                    + " than the recent tier: swap in one that turns queries and keys or biases scores, as rope, alibi, relative and none do");
        }
        var x = Blocks.dropout(building, placed); // [B, T, dim]
        var normed = new Blocks(building, rack, "", positions, Tower.Order.BEFORE, 1e-5f).build(x);
        var logits = settings.tied()
                ? normed.matmul(embedding, false, true)
                : normed.matmul(building.parameter("head", Shape.of(settings.dim(), vocabulary), Initializer.normal(0.02f)));
        return new Forward(logits, building.routings(), building.balance(), building.blocks());
    }

    /** Whether a part of it shows tokens what comes after them, and that was accepted. */
    public boolean leaks() {
        return rack.fittings().values().stream().anyMatch(fitting -> !fitting.offer().part().canBeCausal());
    }
}
