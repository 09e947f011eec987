package patchbay.model;

import java.util.function.UnaryOperator;
import patchbay.spi.Attention;
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
    private abstract static class InSequence extends SocketScope implements Sequential {

        InSequence(Building building, Fitting fitting) {
            super(building, fitting);
        }

        @Override
        public boolean causal() {
            return true;
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
    }

    static final class ForRouter extends InSequence implements Router.Scope {

        private final int experts;

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
            return building().settings().experts();
        }

        @Override
        public int k() {
            return building().settings().k();
        }
    }

    /** One feed-forward that all rows pass. */
    static final class ForDense extends SocketScope implements Expert.Scope {

        private final int hidden;

        ForDense(Building building, Fitting fitting, int hidden) {
            super(building, fitting);
            this.hidden = hidden;
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
            int[] whole = new int[shape.rank() + 1];
            whole[0] = rows.dim(0);
            System.arraycopy(shape.dims(), 0, whole, 1, shape.rank());
            return undecayed(name, shape, initializer).broadcastTo(Shape.of(whole));
        }
    }

    /** Several experts, each of which the rows between two offsets pass. */
    static final class ForExperts extends SocketScope implements Expert.Scope {

        private final Tensor offsets; // [experts + 1]

        ForExperts(Building building, Fitting fitting, Tensor offsets) {
            super(building, fitting);
            this.offsets = offsets;
        }

        @Override
        public int experts() {
            return offsets.dim(0) - 1;
        }

        @Override
        public int hidden() {
            return building().settings().hidden();
        }

        @Override
        Tensor project(String name, Tensor rows, int out, double scale) {
            int in = rows.dim(-1);
            var weights = parameter(name, Shape.of(experts(), in, out), Initializer.normal((float) (scale / Math.sqrt(in))));
            return rows.groupedMatmul(weights, offsets);
        }

        @Override
        public Tensor each(String name, Tensor rows, Shape shape, Initializer initializer) {
            int[] all = new int[shape.rank() + 1];
            all[0] = experts();
            System.arraycopy(shape.dims(), 0, all, 1, shape.rank());
            var vectors = undecayed(name, Shape.of(all), initializer).reshape(experts(), 1, shape.size());
            var one = graph().filled(Shape.of(rows.dim(0), 1), 1); // a product with 1 picks each row's vector
            all[0] = rows.dim(0);
            return one.groupedMatmul(vectors, offsets).reshape(Shape.of(all));
        }
    }

    static final class ForPosition extends SocketScope implements Position.Scope {

        ForPosition(Building building, Fitting fitting) {
            super(building, fitting);
        }

        @Override
        public int context() {
            return building().settings().context();
        }

        @Override
        public Tensor start() {
            return building().start();
        }
    }

    static final class ForAttention extends InSequence implements Attention.Scope {

        private final UnaryOperator<Tensor> rotation;

        ForAttention(Building building, Fitting fitting, UnaryOperator<Tensor> rotation) {
            super(building, fitting);
            this.rotation = rotation;
        }

        @Override
        public int heads() {
            return building().settings().heads();
        }

        @Override
        public Tensor rotate(Tensor headed) {
            return rotation.apply(headed);
        }
    }
}
