package patchbay.model;

import java.lang.annotation.Annotation;
import java.util.List;

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
        return offer.part().within().stream()
                .map(within -> new Socket(socket.path() + "." + within.name(), socket.kind(), Plug.of(within.standard()))).toList();
    }

    /** {@code router cosine at layers.3.moe.router}: what errors are attributed to. */
    public String place() {
        return place(plug, socket);
    }

    private static String place(Plug plug, Socket socket) {
        return Offer.word(socket.kind()) + " " + plug.plugin() + " at " + socket.path();
    }
}
