package patchbay.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.spi.Router;
import patchbay.spi.Sequential;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** What each kind of plugin is told beside what all are ({@link SocketScope}). */
final class Scopes {

    private Scopes() {}

    /** What looks along the sequences. */
    abstract static class InSequence extends SocketScope implements Sequential {

        InSequence(Building building, Fitting fitting) {
            super(building, fitting);
        }

        @Override
        public boolean causal() {
            return building().causal();
        }

        @Override
        public int context() {
            return building().settings().context();
        }

        @Override
        public Tensor start() {
            return building().start();
        }

        @Override
        public Tensor cached(String name, Tensor fresh) {
            return mode() == Mode.DECODING ? building().cached(path() + "." + name, fresh) : fresh;
        }

        @Override
        public Tensor cached(String name, Shape shape, UnaryOperator<Tensor> written) {
            return mode() == Mode.DECODING ? building().cached(path() + "." + name, shape, written) : written.apply(graph().filled(shape, 0));
        }

        @Override
        public Tensor remembered(String name, Tensor first) {
            return mode() == Mode.DECODING ? building().remembered(path() + "." + name, first) : first;
        }

        @Override
        public void remember(String name, Tensor value) {
            if (mode() == Mode.DECODING) {
                building().remember(path() + "." + name, value);
            }
        }
    }

    static final class ForRouter extends InSequence implements Router.Scope {

        private final int experts;
        private final Map<String, Object> built = new HashMap<>();

        ForRouter(Building building, Fitting fitting, int experts) {
            super(building, fitting);
            this.experts = experts;
        }

        @Override
        public int experts() {
            return experts;
        }

        @Override
        public int k() {
            return building().settings().k();
        }

        @Override
        public int batch() {
            return building().ids().dim(0);
        }

        @Override
        public int time() {
            return building().ids().dim(1);
        }

        @Override
        public Tensor ids() {
            return building().ids().flatten();
        }

        @Override
        public Tensor domains() {
            return building().domains().flatten();
        }

        @Override
        public Tensor valid() {
            return building().valid();
        }

        @Override
        public Tensor selected(Tensor own) {
            return building().selected(path(), own, experts);
        }

        @Override
        @SuppressWarnings("unchecked") // a name stands for one thing
        public <T> T once(String name, Supplier<T> build) {
            if (!built.containsKey(name)) {
                built.put(name, build.get()); // which may ask for others
            }
            return (T) built.get(name);
        }
    }

    static final class ForBalancer extends SocketScope implements Balancer.Scope {

        private final int experts;

        ForBalancer(Building building, Fitting fitting, int experts) {
            super(building, fitting);
            this.experts = experts;
        }

        @Override
        public int experts() {
            return experts;
        }

        @Override
        public int k() {
            return building().settings().k();
        }

        @Override
        public int batch() {
            return building().ids().dim(0);
        }
    }

    static final class ForCapacity extends SocketScope implements Capacity.Scope {

        ForCapacity(Building building, Fitting fitting) {
            super(building, fitting);
        }

        @Override
        public int experts() {
            return building().settings().routed();
        }

        @Override
        public int k() {
            return building().settings().k();
        }
    }

    /**
     * What experts are told of their rows.
     *
     * @param offsets where each expert's rows begin, and the last end: [experts + 1]
     * @param tokens which of the N tokens each row is, [R], i32; −1 for none
     */
    record Rows(Tensor offsets, Tensor tokens) {

        /** The rows' entries of [B, T]; −1 where a row is none of the tokens, or no expert's. */
        private Tensor of(Tensor entries) {
            var graph = entries.graph();
            var one = graph.constant(Shape.scalar(), 1);
            int experts = offsets.dim(0) - 1;
            var places = new int[tokens.dim(0)];
            Arrays.setAll(places, place -> place);
            var taken = graph.constant(Shape.of(places.length), places).less(offsets.slice(0, experts, experts + 1)).toInt();
            return entries.flatten().add(one).gather(tokens).multiply(taken).subtract(one); // what is not there reads 0
        }
    }

    private abstract static class ForExpert extends SocketScope implements Expert.Scope {

        ForExpert(Building building, Fitting fitting) {
            super(building, fitting);
        }

        @Override
        public int token(String text) {
            return building().names().token(text);
        }

        @Override
        public int domain(String name) {
            return building().names().domain(name);
        }
    }

    /** One feed-forward: that all tokens pass, or one beside the experts of a mixture, with the first of the rows. */
    static final class ForDense extends ForExpert {

        private final int hidden;
        private final Optional<Rows> sent;

        /** All tokens. */
        ForDense(Building building, Fitting fitting, int hidden) {
            this(building, fitting, hidden, Optional.empty());
        }

        /** @param sent the rows up to the last offset are its own */
        ForDense(Building building, Fitting fitting, int hidden, Optional<Rows> sent) {
            super(building, fitting);
            this.hidden = hidden;
            this.sent = sent;
        }

        @Override
        Tensor project(String name, Tensor rows, int out, double scale) {
            if (sent.isEmpty()) {
                return super.project(name, rows, out, scale);
            }
            int in = rows.dim(-1);
            var weight = parameter(name, Shape.of(in, out), Initializer.normal((float) (scale / Math.sqrt(in))));
            return times(rows, weight.reshape(1, in, out));
        }

        @Override
        public Tensor times(Tensor rows, Tensor matrices) {
            return sent.isPresent()
                    ? rows.groupedMatmul(matrices, sent.get().offsets()) // its own rows, not the others
                    : rows.matmul(matrices.reshape(matrices.dim(1), matrices.dim(2)));
        }

        @Override
        public int experts() {
            return 1;
        }

        @Override
        public int hidden() {
            return hidden;
        }

        @Override
        public Tensor each(String name, Tensor rows, Shape shape, Initializer initializer) {
            return undecayed(name, shape, initializer).broadcastTo(Shape.of(rows.dim(0)).append(shape.dims()));
        }

        @Override
        public Tensor ids() {
            return of(building().ids());
        }

        @Override
        public Tensor domains() {
            return of(building().domains());
        }

        private Tensor of(Tensor entries) {
            return sent.map(rows -> rows.of(entries)).orElseGet(entries::flatten);
        }
    }

    /** Several experts, each with rows of its own. */
    static final class ForExperts extends ForExpert {

        private final Rows sorted;

        ForExperts(Building building, Fitting fitting, Rows sorted) {
            super(building, fitting);
            this.sorted = sorted;
        }

        @Override
        public int experts() {
            return sorted.offsets().dim(0) - 1;
        }

        @Override
        public int hidden() {
            return building().settings().hidden();
        }

        @Override
        Tensor project(String name, Tensor rows, int out, double scale) {
            int in = rows.dim(-1);
            var weights = parameter(name, Shape.of(experts(), in, out), Initializer.normal((float) (scale / Math.sqrt(in))));
            return times(rows, weights);
        }

        @Override
        public Tensor times(Tensor rows, Tensor matrices) {
            return rows.groupedMatmul(matrices, sorted.offsets());
        }

        @Override
        public Tensor each(String name, Tensor rows, Shape shape, Initializer initializer) {
            var vectors = undecayed(name, Shape.of(experts()).append(shape.dims()), initializer).reshape(experts(), 1, shape.size());
            var one = graph().filled(Shape.of(rows.dim(0), 1), 1); // a product with 1 picks each row's vector
            return one.groupedMatmul(vectors, sorted.offsets()).reshape(Shape.of(rows.dim(0)).append(shape.dims()));
        }

        @Override
        public Tensor ids() {
            return sorted.of(building().ids());
        }

        @Override
        public Tensor domains() {
            return sorted.of(building().domains());
        }
    }

    static final class ForPosition extends SocketScope implements Position.Scope {

        private final Map<String, Position.Placing> within = new HashMap<>();
        private final Function<String, Fitting> sockets;
        private final Tensor start;

        /** @param sockets what is in those within, by path */
        ForPosition(Building building, Fitting fitting, Function<String, Fitting> sockets, Tensor start) {
            super(building, fitting);
            this.sockets = sockets;
            this.start = start;
        }

        @Override
        public Position.Placing within(String name) {
            return within.computeIfAbsent(name, _ -> new Positions(building(), sockets.apply(path() + "." + name), sockets, start));
        }

        @Override
        public int context() {
            return building().settings().context();
        }

        @Override
        public Tensor start() {
            return start;
        }
    }
}
