package patchbay.model;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A socket with the plugin that is in it. */
public record Fitting(Socket socket, Plug plug, Offer offer) {

    /** Checks the options against the plugin's. */
    public Fitting {
        Options.of(offer.part().options(), plug.options(), place(plug, socket));
    }

    public <O extends Annotation> O options(Class<O> type) {
        return Options.of(type, plug.options(), place());
    }

    /** The sockets within the part. */
    List<Socket> within() {
        var sockets = new ArrayList<Socket>();
        for (var within : offer.part().within()) {
            var standsFor = sockets.isEmpty() ? Optional.of(socket.path()) : Optional.<String>empty();
            sockets.add(new Socket(socket.path() + "." + within.name(), socket.kind(), Plug.of(within.standard()), standsFor));
        }
        return sockets;
    }

    /** {@code router cosine at layers.3.moe.router}: what errors are attributed to. */
    public String place() {
        return place(plug, socket);
    }

    private static String place(Plug plug, Socket socket) {
        return Offer.word(socket.kind()) + " " + plug.plugin() + " at " + socket.path();
    }
}
