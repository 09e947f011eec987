package patchbay.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Encoder;
import patchbay.spi.Expert;
import patchbay.spi.Fusion;
import patchbay.spi.Part;
import patchbay.spi.Position;
import patchbay.spi.Router;

/**
 * A place in a model that a plugin fits.
 *
 * @param path {@code layers.3.moe.router}
 * @param kind what fits
 * @param standard what is fitted where nothing was asked for
 * @param standsFor the socket around it, if it is the first of those within the part there
 */
public record Socket(String path, Class<? extends Part> kind, Plug standard, Optional<String> standsFor) {

    /** One of the model's own. */
    public Socket(String path, Class<? extends Part> kind, Plug standard) {
        this(path, kind, standard, Optional.empty());
    }

    private static final Pattern EXTRA = Pattern.compile("layers\\.(?:\\d+|\\*)\\.moe\\.experts\\.([^.]+)");

    /** Everything that can fit a socket. */
    public static final List<Class<? extends Part>> KINDS =
            List.of(Router.class, Balancer.class, Capacity.class, Expert.class, Attention.class, Position.class, Encoder.class, Fusion.class);

    /** What the paths of encoders' sockets begin with. */
    public static final String ENCODERS = "encoders.";

    /** The sockets of a model of these sizes: of a decoder from the embedding up, or of encoders and what fuses their features. */
    public static List<Socket> of(ModelSettings settings) {
        var task = settings.task();
        if (task.kind() == Task.Kind.language) {
            return blocks(settings, "", Plug.of("rope"), Plug.of("full"), Plug.of("swiglu"));
        }
        var sockets = new ArrayList<Socket>();
        if (task.kind() == Task.Kind.describe) {
            sockets.addAll(blocks(settings, "", Plug.of("rope"), Plug.of("full"), Plug.of("swiglu")));
        }
        for (var modality : task.modalities()) {
            sockets.add(new Socket(ENCODERS + modality, Encoder.class, Plug.of(modality)));
        }
        if (task.fuses()) {
            sockets.add(new Socket("fusion", Fusion.class, Plug.of("concat")));
        }
        for (var fusion : task.fusions()) {
            sockets.add(new Socket("fusion." + fusion, Fusion.class, Plug.of("concat")));
        }
        return sockets;
    }

    /** The modality whose encoder this socket is for. */
    public static Optional<String> modality(String path) {
        return path.startsWith(ENCODERS) && path.indexOf('.', ENCODERS.length()) < 0 ? Optional.of(path.substring(ENCODERS.length())) : Optional.empty();
    }

    /** The sockets of a stack of blocks, whose paths begin with {@code prefix}. */
    static List<Socket> blocks(ModelSettings settings, String prefix, Plug position, Plug attention, Plug expert) {
        var sockets = new ArrayList<Socket>();
        sockets.add(new Socket(prefix + "position", Position.class, position));
        for (int layer = 0; layer < settings.layers(); layer++) {
            var path = prefix + "layers." + layer;
            sockets.add(new Socket(path + ".attention", Attention.class, attention));
            if (settings.isDense(layer)) {
                sockets.add(new Socket(path + ".feed-forward", Expert.class, expert));
            } else {
                sockets.add(new Socket(path + ".moe.router", Router.class, Plug.of("top-k")));
                for (int number = 1; number <= settings.balancers(); number++) {
                    sockets.add(new Socket(balancer(path + ".moe", number), Balancer.class,
                            Plug.of(number == 1 ? "auxiliary-loss" : "none")));
                }
                sockets.add(new Socket(path + ".moe.capacity", Capacity.class, Plug.of("dropless")));
                sockets.add(new Socket(path + ".moe.experts", Expert.class, expert));
                for (var name : settings.extras()) {
                    sockets.add(new Socket(extra(path + ".moe", name), Expert.class, expert));
                }
                if (settings.sharedExperts() > 0) {
                    sockets.add(new Socket(path + ".moe.shared", Expert.class, expert));
                }
            }
        }
        return sockets;
    }

    /** The sockets of the extra expert {@code name} in every mixture layer, as a pattern. */
    public static String extras(String name) {
        return extra("layers.*.moe", name);
    }

    /** The name of the extra expert whose socket, or pattern of sockets, this is. */
    public static Optional<String> extraName(String path) {
        var extra = EXTRA.matcher(path);
        return extra.matches() ? Optional.of(extra.group(1)) : Optional.empty();
    }

    /** {@code layers.3.moe.experts.NAME}: that of an expert beside those that share a plugin. */
    static String extra(String mixture, String name) {
        return mixture + ".experts." + name;
    }

    /** {@code layers.3.moe.balancer}, and {@code layers.3.moe.balancer-2} of those that stand behind it. */
    static String balancer(String mixture, int number) {
        return mixture + (number == 1 ? ".balancer" : ".balancer-" + number);
    }
}
