package patchbay.model;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import patchbay.tensor.DType;
import patchbay.tensor.UserError;

/**
 * The sizes of a decoder-only transformer: everything about a model that is no plugin.
 *
 * @param layers blocks, each an attention and a feed-forward
 * @param dim width of the residual stream
 * @param heads query heads of an attention
 * @param context the most tokens of a sequence
 * @param hidden inner width of one expert, or of a dense feed-forward
 * @param experts routed experts a mixture layer, all of one plugin
 * @param k experts that a token is sent to
 * @param sharedExperts times {@code hidden} is the inner width of the feed-forward that every token passes beside the routed ones
 * @param dense the layers, counted from 0, with one dense feed-forward in place of a mixture; {@code all} for every layer
 * @param tied whether the output projection is the token embedding
 * @param dropout probability of dropping an element of the embedding and of each sub-layer's output
 * @param norm {@code rms} or {@code layer}
 * @param balancers balancers of a mixture layer that work together, in sockets {@code balancer}, {@code balancer-2}, …
 * @param leaks plugins that may show a token what comes after it in this model
 * @param extras names of further routed experts of every mixture layer, each with a socket of its own: {@code experts.NAME}
 * @param joining whether experts whose bundles say that they want to ({@link patchbay.spi.Joins}) join as extras while it trains
 * @param removed numbers of experts that have left those that share a plugin
 * @param frozen experts, by number or name, and patterns of parameters, that do not learn
 * @param imposedRouting the run whose recorded selections the routers follow in training; empty for their own
 * @param weights what parameters are rounded to wherever they are used, but for gains and biases; the optimizer's own stay f32
 * @param cache what attentions keep of a text's tokens in when decoding
 * @param task what it is asked for, and with which modalities
 */
public record ModelSettings(int layers, int dim, int heads, int context, int hidden, int experts, int k, int sharedExperts,
        List<String> dense, boolean tied, float dropout, Norm norm, int balancers, List<String> leaks, List<String> extras,
        boolean joining, List<Integer> removed, List<String> frozen, String imposedRouting, Weights weights, Kept cache, Task task) {

    /** The normalisation before each sub-layer and before the output. */
    public enum Norm { rms, layer }

    /** The precision of parameters. */
    public enum Weights {
        f32, bf16, f16;

        /** @throws UserError if there is none of that name */
        public static Weights of(String name) {
            return Arrays.stream(values()).filter(weights -> weights.name().equals(name)).findFirst().orElseThrow(() ->
                    UserError.unknown("weights", name, Arrays.stream(values()).map(Weights::name).toList()));
        }

        DType dtype() {
            return switch (this) {
                case f32 -> DType.F32;
                case bf16 -> DType.BF16;
                case f16 -> DType.F16;
            };
        }
    }

    /** The precision of caches. */
    public enum Kept {
        f32,
        /** A byte a number, and a scale for each head of each token. */
        int8;

        /** @throws UserError if there is none of that name */
        public static Kept of(String name) {
            return Arrays.stream(values()).filter(kept -> kept.name().equals(name)).findFirst().orElseThrow(() ->
                    UserError.unknown("cache", name, Arrays.stream(values()).map(Kept::name).toList()));
        }
    }

    public ModelSettings {
        dense = List.copyOf(dense);
        leaks = List.copyOf(leaks);
        extras = List.copyOf(extras);
        removed = removed.stream().distinct().sorted().toList();
        frozen = List.copyOf(frozen);
        atLeast("layers", layers, 1);
        atLeast("dim", dim, 1);
        atLeast("heads", heads, 1);
        atLeast("context", context, 1);
        atLeast("hidden", hidden, 1);
        atLeast("shared-experts", sharedExperts, 0);
        atLeast("balancers", balancers, 1);
        if (dim % heads != 0) {
            throw new UserError("model.dim is " + dim + ", which " + heads + " heads do not divide evenly");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new UserError("model.dropout must be at least 0 and less than 1, not " + dropout);
        }
        for (var layer : dense) {
            if (!layer.equals("all") && !isLayer(layer, layers)) {
                throw new UserError("model.dense names layer '" + layer + "'; valid: all, or a list of 0 to " + (layers - 1));
            }
        }
        var names = new HashSet<String>();
        for (var name : extras) {
            if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
                throw new UserError("model.extras: '" + name + "' is no name for an expert; lower case, words joined by hyphens");
            }
            if (!names.add(name)) {
                throw new UserError("model.extras names '" + name + "' twice");
            }
        }
        boolean allDense = dense.contains("all") || dense.stream().distinct().count() == layers;
        if (!allDense) {
            atLeast("experts", experts, 1);
            atLeast("k", k, 1);
            for (int number : removed) {
                if (number < 0 || number >= experts) {
                    throw new UserError("model.removed names expert " + number + "; valid: 0 to " + (experts - 1));
                }
            }
            if (removed.size() == experts) {
                throw new UserError("model.removed leaves none of the experts that share a plugin; one must stay");
            }
            if (k > routed(experts, extras, removed)) {
                throw new UserError("model.k is " + k + ", but a layer has only " + routed(experts, extras, removed) + " experts");
            }
        }
    }

    /** A language model with one balancer, no leaks, no extras, nothing removed, frozen or imposed, and weights and caches in f32. */
    public ModelSettings(int layers, int dim, int heads, int context, int hidden, int experts, int k, int sharedExperts,
            List<String> dense, boolean tied, float dropout, Norm norm) {
        this(layers, dim, heads, context, hidden, experts, k, sharedExperts, dense, tied, dropout, norm, 1, List.of(), List.of(), false, List.of(), List.of(), "", Weights.f32, Kept.f32, Task.language());
    }

    /** What can be other than here, so that each change names itself alone. */
    private final class Other {
        private int context = ModelSettings.this.context;
        private int k = ModelSettings.this.k;
        private int balancers = ModelSettings.this.balancers;
        private List<String> leaks = ModelSettings.this.leaks;
        private List<String> extras = ModelSettings.this.extras;
        private List<Integer> removed = ModelSettings.this.removed;
        private List<String> frozen = ModelSettings.this.frozen;
        private String imposedRouting = ModelSettings.this.imposedRouting;
        private Weights weights = ModelSettings.this.weights;
        private Kept cache = ModelSettings.this.cache;
        private Task task = ModelSettings.this.task;
    }

    private ModelSettings with(Consumer<Other> change) {
        var other = new Other();
        change.accept(other);
        return new ModelSettings(layers, dim, heads, other.context, hidden, experts, other.k, sharedExperts, dense, tied, dropout, norm, other.balancers,
                other.leaks, other.extras, joining, other.removed, other.frozen, other.imposedRouting, other.weights, other.cache, other.task);
    }

    public ModelSettings withContext(int tokens) {
        return with(other -> other.context = tokens);
    }

    public ModelSettings withBalancers(int number) {
        return with(other -> other.balancers = number);
    }

    public ModelSettings withLeaks(List<String> accepted) {
        return with(other -> other.leaks = accepted);
    }

    /**
     * An extra that leaves is not frozen when one of its name comes again.
     *
     * @param k of all experts, so many may be more than those that share a plugin
     */
    public ModelSettings withExtras(List<String> names, int k) {
        return with(other -> {
            other.extras = names;
            other.k = k;
            other.frozen = frozen.stream().filter(what -> !extras.contains(what) || names.contains(what)).toList();
        });
    }

    /** One that leaves is not frozen should it come back. */
    public ModelSettings withRemoved(List<Integer> numbers) {
        return with(other -> {
            other.removed = numbers;
            other.frozen = frozen.stream().filter(what -> numbers.stream().map(Object::toString).noneMatch(what::equals)).toList();
        });
    }

    public ModelSettings withFrozen(List<String> patterns) {
        return with(other -> other.frozen = patterns);
    }

    /** @param run whose routing is imposed; empty for none */
    public ModelSettings withImposedRouting(String run) {
        return with(other -> other.imposedRouting = run);
    }

    public ModelSettings withWeights(Weights precision) {
        return with(other -> other.weights = precision);
    }

    public ModelSettings withCache(Kept precision) {
        return with(other -> other.cache = precision);
    }

    public ModelSettings withTask(Task asked) {
        return with(other -> other.task = asked);
    }

    /** The numbers of the routed experts that share a plugin, those that have left passed over. */
    public List<String> sharing() {
        return IntStream.range(0, experts).filter(number -> !removed.contains(number)).mapToObj(Integer::toString).toList();
    }

    /** What the routed experts of a mixture layer are called, in order: {@code 0}, {@code 1} … and the extras' names. */
    public List<String> expertNames() {
        return Stream.concat(sharing().stream(), extras.stream()).toList();
    }

    /** Routed experts of a mixture layer, the extras among them: E. */
    public int routed() {
        return routed(experts, extras, removed);
    }

    private static int routed(int experts, List<String> extras, List<Integer> removed) {
        return experts - removed.size() + extras.size();
    }

    public static ModelSettings defaults() {
        return new ModelSettings(4, 128, 4, 128, 256, 8, 2, 0, List.of(), true, 0, Norm.rms);
    }

    public boolean isDense(int layer) {
        return dense.contains("all") || dense.contains(Integer.toString(layer));
    }

    private static boolean isLayer(String text, int layers) {
        return text.matches("0|[1-9]\\d{0,5}") && Integer.parseInt(text) < layers;
    }

    private static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new UserError("model." + key + " must be at least " + least + ", not " + value);
        }
    }
}
