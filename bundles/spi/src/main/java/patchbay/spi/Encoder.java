package patchbay.spi;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Initializer;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * Brings a modality into a model: a {@link Reader} turns an example's bytes into numbers on the host, {@link #forward} turns a batch of those into features
 * in the graph.
 */
@ConsumerType
public interface Encoder extends Part {

    /** What an encoder is told before there is a graph. */
    @ProviderType
    interface Setting {

        /** The options of the socket. */
        <O extends Annotation> O options(Class<O> type);

        /** Width of the model around it: of the features, unless they come from weights that were trained elsewhere. */
        int dim();
    }

    /** The host's side; it may keep what is costly to make, such as a vocabulary, and is asked by one thread at a time. */
    @ConsumerType
    interface Reader {

        /** The inputs of one example by name, without the batch's axis. */
        Map<String, TensorType> inputs();

        /**
         * The numbers of one example, a whole array for each of the {@link #inputs}.
         *
         * @throws patchbay.tensor.UserError if the bytes are not what it reads, or are damaged
         */
        Row read(byte[] bytes);
    }

    /** The host's side of one example that arrives in parts, of which it makes chunks of one size; it is asked by one thread, and for one example. */
    @ConsumerType
    interface Incoming {

        /** The inputs of a chunk, by the names of the {@link Reader}'s and shorter along their first axis. */
        Map<String, TensorType> inputs();

        /**
         * The chunks that are complete with {@code bytes}, which follow those that came before.
         *
         * @throws patchbay.tensor.UserError if they are not what it reads
         */
        List<Row> read(byte[] bytes);

        /**
         * What is left of the example when nothing more comes.
         *
         * @throws patchbay.tensor.UserError if the example is not whole
         */
        List<Row> end();
    }

    /** Numbers by the names of inputs. */
    record Row(Map<String, float[]> floats, Map<String, int[]> ints) {

        public Row {
            floats = Map.copyOf(floats);
            ints = Map.copyOf(ints);
        }

        public static Row of(String name, float[] values) {
            return new Row(Map.of(name, values), Map.of());
        }

        public static Row of(String name, int[] values) {
            return new Row(Map.of(), Map.of(name, values));
        }
    }

    /** What an encoder is told while its graph is built. An example without its modality has zeros in all inputs, and what comes of it counts nowhere. */
    @ProviderType
    interface Scope extends Sequential, Setting {

        /** B. */
        int batch();

        /** An input of the {@link Reader}, [B, …]. */
        Tensor input(String name);

        /**
         * x [B, T, tower's dim] through the blocks of {@link Encoder#tower}.
         *
         * @param lengths how many of its T places each sequence has, i32[B]; empty for all
         */
        Tensor blocks(Tensor x, Optional<Tensor> lengths);

        /**
         * Tokens of which, in a task of kind {@code masked}, some are hidden, as in BERT (Devlin et al. 2019, section 3.1): 15 in 100 are chosen, of which eight
         * in ten become {@code mask}, one any token and one stays; outside of training, where nothing is random, all that are chosen become {@code mask}. In other
         * tasks as they are. An encoder that asks for this has {@link Encoder#predict}.
         *
         * @param ids [B, T], i32; below 0 for padding
         * @param first tokens below it are never chosen, nor drawn: marks such as those of the beginning and the end
         */
        Tensor masked(Tensor ids, int mask, int first, int vocabulary);
    }

    Reader reader(Setting setting);

    /**
     * For an example that arrives in parts; empty if it reads whole examples only. In {@link patchbay.spi.Mode#DECODING} the inputs are those of a chunk,
     * {@link Scope#start()} is how many places of features came before, and the features are those of the chunk, with the summary of all up to it: behind the last
     * chunk that of the whole example at once.
     */
    default Optional<Incoming> incoming(Setting setting) {
        return Optional.empty();
    }

    /**
     * Logits of the tokens that stood at some places, in a task of kind {@code masked}: rows [N, D] of the features' sequence → [N, vocabulary].
     *
     * @throws patchbay.tensor.UserError if it has no tokens to predict
     */
    default Tensor predict(Scope scope, Tensor rows) {
        throw new UserError("it has no tokens that could be masked");
    }

    /** The blocks that it builds through {@link Scope#blocks}, if any. */
    default Optional<Tower> tower(Setting setting) {
        return Optional.empty();
    }

    /**
     * What a parameter, its own or one in its blocks, begins with because it was trained elsewhere; empty where it begins as its part says.
     *
     * @param parameter its path behind the socket's: {@code words}, {@code layers.3.attention.query}
     * @throws patchbay.tensor.UserError if there should be values that cannot be read
     */
    default Optional<Initializer> pretrained(Setting setting, String parameter) {
        return Optional.empty();
    }

    Features forward(Scope scope);
}
