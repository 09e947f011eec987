package patchbay.lab;

import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;

/**
 * An engine whose variables live in a place of their own, as on a device, and which else computes what another one does.
 *
 * @param compiled what becomes of what the other one compiles
 */
record Elsewhere(Engine inner, boolean isRepeatable, Duration compileTime, UnaryOperator<Program> compiled) implements Engine {

    Elsewhere(Engine inner) {
        this(inner, true, Duration.ZERO, UnaryOperator.identity());
    }

    @Override
    public String name() {
        return "elsewhere";
    }

    @Override
    public String description() {
        return "elsewhere: " + inner.description();
    }

    @Override
    public Variables variables() {
        return new There(inner.variables());
    }

    @Override
    public Program compile(Graph graph, Variables variables) {
        return compiled.apply(inner.compile(graph, ((There) variables).inner));
    }

    private record There(Variables inner) implements Variables {

        @Override
        public Set<String> names() {
            return inner.names();
        }

        @Override
        public boolean contains(String name) {
            return inner.contains(name);
        }

        @Override
        public TensorType type(String name) {
            return inner.type(name);
        }

        @Override
        public void put(String name, TensorType type, float[] values) {
            inner.put(name, type, values);
        }

        @Override
        public void put(String name, TensorType type, int[] values) {
            inner.put(name, type, values);
        }

        @Override
        public void read(String name, float[] into) {
            inner.read(name, into);
        }

        @Override
        public void read(String name, int[] into) {
            inner.read(name, into);
        }

        @Override
        public Variables fork() {
            return new There(inner.fork());
        }

        @Override
        public boolean isBeside(Variables other) {
            return other instanceof There;
        }

        @Override
        public void share(String name, Variables other) {
            inner.share(name, ((There) other).inner);
        }

        @Override
        public Variables copy() {
            return new There(inner.copy());
        }

        @Override
        public void remove(String name) {
            inner.remove(name);
        }
    }
}
