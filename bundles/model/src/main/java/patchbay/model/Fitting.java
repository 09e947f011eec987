package patchbay.model;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.spi.Tower;
import patchbay.tensor.TensorType;

/** A socket with the plugin that is in it. */
public record Fitting(Socket socket, Plug plug, Offer offer) {

    /** Checks the options against the plugin's. */
    public Fitting {
        Options.of(offer.part().options(), plug.options(), place(plug, socket));
    }

    public <O extends Annotation> O options(Class<O> type) {
        return Options.of(type, plug.options(), place());
    }

    /**
     * The sockets within the part.
     *
     * @param settings of the model around it
     */
    List<Socket> within(ModelSettings settings) {
        var sockets = new ArrayList<Socket>();
        for (var within : offer.part().within()) {
            var standsFor = sockets.isEmpty() ? Optional.of(socket.path()) : Optional.<String>empty();
            sockets.add(new Socket(socket.path() + "." + within.name(), socket.kind(), Plug.of(within.standard()), standsFor));
        }
        tower(settings).ifPresent(tower -> sockets.addAll(Socket.blocks(Misfit.located(this, () -> sizes(tower, settings)), socket.path() + ".", Plug.of("none"),
                plug(tower.attention()), plug(tower.feedForward()))));
        return sockets;
    }

    /** The blocks within it, if it is an encoder that has any. */
    Optional<Tower> tower(ModelSettings settings) {
        return offer.part() instanceof Encoder encoder ? Misfit.located(this, () -> encoder.tower(setting(settings))) : Optional.empty();
    }

    /** What an encoder is told before there is a graph. */
    Encoder.Setting setting(ModelSettings settings) {
        var fitting = this;
        return new Encoder.Setting() {
            @Override
            public <O extends Annotation> O options(Class<O> type) {
                return fitting.options(type);
            }

            @Override
            public int dim() {
                return settings.dim();
            }
        };
    }

    /** What the encoder in it reads of one example, or when decoding of one chunk of it if it can read those. */
    Map<String, TensorType> inputs(ModelSettings settings, Mode mode) {
        var chunks = mode == Mode.DECODING ? incoming(settings).map(Encoder.Incoming::inputs) : Optional.<Map<String, TensorType>>empty();
        return chunks.orElseGet(() -> reader(settings).inputs());
    }

    /** The host's side of the encoder in it. */
    Encoder.Reader reader(ModelSettings settings) {
        return Misfit.located(this, () -> {
            var reader = ((Encoder) offer.part()).reader(setting(settings));
            return new CheckedReader(place(), reader, reader.inputs());
        });
    }

    /** The host's side of one example that arrives in parts, if the encoder in it reads those. */
    Optional<Encoder.Incoming> incoming(ModelSettings settings) {
        return Misfit.located(this, () -> ((Encoder) offer.part()).incoming(setting(settings)));
    }

    /** The sizes of the blocks within an encoder. */
    static ModelSettings sizes(Tower tower, ModelSettings around) {
        var dense = IntStream.range(0, tower.layers() - tower.mixtures()).mapToObj(Integer::toString).toList();
        return new ModelSettings(tower.layers(), tower.dim(), tower.heads(), tower.length(), tower.hidden(), tower.experts(), tower.k(), 0, dense, true,
                around.dropout(), ModelSettings.Norm.layer).withWeights(around.weights()).withCache(around.cache());
    }

    private static Plug plug(Tower.Standard standard) {
        return new Plug(standard.plugin(), standard.options());
    }

    /** {@code router cosine at layers.3.moe.router}: what errors are attributed to. */
    public String place() {
        return place(plug, socket);
    }

    private static String place(Plug plug, Socket socket) {
        return Offer.word(socket.kind()) + " " + plug.plugin() + " at " + socket.path();
    }
}
