package patchbay.contract;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Names;
import patchbay.model.Offer;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Shelf;
import patchbay.model.Socket;
import patchbay.model.SocketPattern;
import patchbay.model.Wiring;
import patchbay.spi.Attention;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Heads;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** The simplest plugin of each kind, each called {@code plain}: what stands around a plugin under test in a whole model. */
public final class PlainParts {

    private PlainParts() {}

    /** Linear scores; the rest as the contract has it. */
    @Plugin("plain")
    public static final class PlainRouter implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts());
        }
    }

    /** Balances nothing. */
    @Plugin("plain")
    public static final class PlainBalancer implements Balancer {}

    /** Admits everything. */
    @Plugin("plain")
    public static final class PlainCapacity implements Capacity {

        @Override
        public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
            return asked;
        }
    }

    /** tanh(x·A + a)·B + b. */
    @Plugin("plain")
    public static final class PlainExpert implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            var inner = scope.linear("in", rows, scope.hidden());
            var hidden = inner.add(scope.each("in-bias", rows, Shape.of(scope.hidden()), Initializer.normal(0.1f))).tanh();
            var outer = scope.residual("out", hidden, scope.dim());
            return outer.add(scope.each("out-bias", rows, Shape.of(scope.dim()), Initializer.normal(0.1f)));
        }
    }

    /** Multi-head attention. */
    @Plugin("plain")
    public static final class PlainAttention implements Attention {

        /** What blocks of encoders ask for where nothing else is said. */
        public @interface Options {
            boolean bias() default false;
        }

        @Override
        public Class<? extends Annotation> options() {
            return Options.class;
        }

        @Override
        public boolean canLookAhead() {
            return true;
        }

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            var headed = Shape.of(x.dim(0), x.dim(1), scope.heads(), scope.dim() / scope.heads());
            var q = scope.sharpened(scope.rotate(scope.linear("query", x, scope.dim()).reshape(headed)));
            var k = scope.cached("keys", scope.rotate(scope.linear("key", x, scope.dim()).reshape(headed)));
            var v = scope.cached("values", scope.linear("value", x, scope.dim()).reshape(headed));
            var mixed = new Heads(q, k, v).attend(scope, 0, Optional.empty()).output();
            return scope.residual("output", scope.weighed(mixed).reshape(x.shape()), scope.dim());
        }
    }

    /** No positions at all. */
    @Plugin("plain")
    public static final class PlainPosition implements Position {}

    /** The plain plugins and {@code more}. */
    public static Shelf shelf(Part... more) {
        var plain = List.of(new PlainRouter(), new PlainBalancer(), new PlainCapacity(), new PlainExpert(), new PlainAttention(), new PlainPosition());
        var parts = Arrays.copyOf(plain.toArray(Part[]::new), plain.size() + more.length);
        System.arraycopy(more, 0, parts, plain.size(), more.length);
        return Shelf.of(parts);
    }

    /** A plain part of each kind under whatever name it is asked for. */
    public static Shelf any() {
        var plain = shelf();
        return new Shelf() {
            @Override
            public List<Offer> offers() {
                return plain.offers();
            }

            @Override
            public Offer offer(Class<? extends Part> kind, String name) {
                return plain.offer(kind, "plain");
            }
        };
    }

    /** A plain plug in every socket, but {@code plugs}, by pattern, where they match one. */
    public static Wiring wiring(ModelSettings settings, Map<String, Plug> plugs) {
        var sockets = new LinkedHashMap<String, Plug>();
        for (var socket : Socket.of(settings)) {
            var plug = Plug.of("plain");
            for (var entry : plugs.entrySet()) {
                plug = new SocketPattern(entry.getKey()).matches(socket.path()) ? entry.getValue() : plug;
            }
            sockets.put(socket.path(), plug);
        }
        return new Wiring(sockets);
    }

    /** Of {@code vocabulary} tokens, which have no names, every fourth ends a sentence. */
    static Names names(int vocabulary) {
        var none = Names.none();
        return new Names() {
            @Override
            public int token(String text) {
                return none.token(text);
            }

            @Override
            public int[] ends(String characters) {
                return IntStream.range(0, vocabulary).map(token -> token % 4 == 0 ? 1 : 0).toArray();
            }

            @Override
            public int domain(String name) {
                return none.domain(name);
            }
        };
    }

    /** A decoder of plain plugins. */
    public static Decoder decoder(ModelSettings settings, int vocabulary) {
        return new Decoder(Rack.fit(settings, wiring(settings, Map.of()), shelf()), vocabulary);
    }

    /** A decoder with {@code part} in every socket of its kind, and plain plugins in the others. */
    public static Decoder decoder(ModelSettings settings, int vocabulary, Part part, Map<String, Object> options) {
        var plug = new Plug(part.getClass().getAnnotation(Plugin.class).value(), options);
        var plugs = new LinkedHashMap<String, Plug>();
        for (var socket : Socket.of(settings)) {
            if (socket.kind().isInstance(part)) {
                plugs.put(socket.path(), plug);
            }
        }
        return new Decoder(Rack.fit(settings, wiring(settings, plugs), around(part)), vocabulary, names(vocabulary));
    }

    /** {@code part}, the plain plugins, and plain ones again by the names of those that the part wraps. */
    public static Shelf around(Part part) {
        var offers = new ArrayList<>(Shelf.of(part).offers()); // the part comes first, should it be called plain itself
        for (var plain : shelf().offers()) {
            offers.add(plain);
            if (plain.kind().isInstance(part)) {
                part.within().forEach(within -> offers.add(new Offer(plain.kind(), within.standard(), plain.part(), plain.provider())));
            }
        }
        return () -> offers;
    }
}
