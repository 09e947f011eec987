package patchbay.training;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import patchbay.contract.PlainParts;
import patchbay.data.Batches;
import patchbay.data.TokenStream;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** A small model on a small text, which the tests of training have in common. */
final class Fixture {

    static final int VOCABULARY = 7;
    static final int CONTEXT = 8;
    static final ModelSettings MODEL = new ModelSettings(2, 16, 2, CONTEXT, 12, 4, 2, 0, List.of(), true, 0, ModelSettings.Norm.layer);

    private Fixture() {}

    /** Counts what the updates tell it, and every update. */
    @Plugin("tally")
    static final class Tally implements Balancer {

        @Override
        public void update(Scope scope, Tensor counts) {
            var seen = scope.state("seen", Shape.of(scope.experts()), Initializer.zeros());
            var updates = scope.state("updates", Shape.of(1), Initializer.zeros());
            scope.update(seen, seen.add(counts));
            scope.update(updates, updates.add(1));
        }
    }

    /** Scores with noise and dropout: what draws random numbers. */
    @Plugin("noisy")
    static final class Noisy implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            var scores = scope.linear("weight", scope.dropout(tokens, 0.1f), scope.experts());
            return scope.mode() == Mode.TRAINING ? scores.add(scope.noise(scores.shape()).multiply(0.1f)) : scores;
        }
    }

    /** A router with a hidden layer: other variables than the plain one, but for {@code weight}, whose shape differs. */
    @Plugin("deep")
    static final class Deep implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", scope.linear("hidden", tokens, 5).tanh(), scope.experts());
        }
    }

    /** Returns scores of a wrong shape. */
    @Plugin("wrong")
    static final class Wrong implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts() + 1);
        }
    }

    /** A feed-forward as wide as the options say, which carries over what it can. */
    @Plugin("wide")
    static final class Wide implements Expert {

        @interface Options {
            int width() default 3;
        }

        @Override
        public Class<? extends Annotation> options() {
            return Options.class;
        }

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            int width = scope.options(Options.class).width();
            return scope.residual("down", scope.linear("up", rows, width).tanh(), scope.dim());
        }

        /** Only {@code up}: its values again and again; one too few for three times the width. */
        @Override
        public Optional<float[]> carryOver(String variable, Shape before, float[] values, Shape now) {
            if (!variable.equals("up")) {
                return Optional.empty();
            }
            var carried = new float[now.size() == 3 * before.size() ? now.size() - 1 : now.size()];
            for (int i = 0; i < carried.length; i++) {
                carried[i] = values[i % values.length];
            }
            return Optional.of(carried);
        }
    }

    /** Two plain attentions, the second of which has no say at first. */
    @Plugin("around")
    static final class Around implements Attention {

        @Override
        public List<Within> within() {
            return List.of(new Within("inner", "plain"), new Within("beside", "plain"));
        }

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            var share = scope.undecayed("share", Shape.of(1), Initializer.zeros());
            return scope.within("inner", x, mixed -> mixed).add(scope.within("beside", x, mixed -> mixed.multiply(share)));
        }
    }

    /** @param more plugins beside the plain ones and those above */
    static Decoder decoder(ModelSettings settings, Map<String, Plug> plugs, Part... more) {
        var parts = new ArrayList<Part>(List.of(new Tally(), new Noisy(), new Deep(), new Wrong(), new Wide(), new Around()));
        parts.addAll(List.of(more));
        var shelf = PlainParts.shelf(parts.toArray(Part[]::new));
        return new Decoder(Rack.fit(settings, PlainParts.wiring(settings, plugs), shelf), VOCABULARY);
    }

    static Decoder decoder(Map<String, Plug> plugs) {
        return decoder(MODEL, plugs);
    }

    /** Each token follows from the one before it, but for one in eight. */
    static TokenStream text(int length) {
        var random = new SplittableRandom(3);
        var tokens = new int[length];
        for (int i = 1; i < length; i++) {
            tokens[i] = random.nextInt(8) == 0 ? random.nextInt(VOCABULARY) : (tokens[i - 1] * 3 + 1) % VOCABULARY;
        }
        return new TokenStream(tokens, new short[length], new int[] {0});
    }

    static Batches batches(int batch) {
        return new Batches(text(500), batch, CONTEXT, 1);
    }

    /** A warm-up of two steps. */
    static TrainingSettings training(int steps, int batch, int accumulate) {
        return new TrainingSettings(steps, batch, accumulate, 1e-2, 1e-3, 2, 0.9, 0.99, 1e-8, 0.1, 1.0, 0, 2, 0, 3, false);
    }
}
