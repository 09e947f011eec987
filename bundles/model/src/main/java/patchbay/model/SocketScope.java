package patchbay.model;

import java.lang.annotation.Annotation;
import patchbay.spi.Mode;
import patchbay.spi.Scope;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** What every kind of plugin is given: names under the socket's path, in the graph that is being built. */
class SocketScope implements Scope {

    private final Building building;
    private final Fitting fitting;

    SocketScope(Building building, Fitting fitting) {
        this.building = building;
        this.fitting = fitting;
    }

    final Building building() {
        return building;
    }

    @Override
    public Graph graph() {
        return building.graph();
    }

    @Override
    public String path() {
        return fitting.socket().path();
    }

    @Override
    public Mode mode() {
        return building.mode();
    }

    @Override
    public int dim() {
        return building.settings().dim();
    }

    @Override
    public <O extends Annotation> O options(Class<O> type) {
        return fitting.options(type);
    }

    @Override
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        return building.parameter(path() + "." + name, shape, initializer);
    }

    @Override
    public Tensor undecayed(String name, Shape shape, Initializer initializer) {
        return building.undecayed(path() + "." + name, shape, initializer);
    }

    @Override
    public Tensor state(String name, Shape shape, Initializer initializer) {
        return graph().state(path() + "." + name, TensorType.f32(shape), initializer);
    }

    @Override
    public void update(Tensor state, Tensor value) {
        if (mode() == Mode.TRAINING) {
            graph().update(state, value);
        }
    }

    @Override
    public Tensor linear(String name, Tensor x, int out) {
        return project(name, x, out, 1);
    }

    @Override
    public Tensor residual(String name, Tensor x, int out) {
        return project(name, x, out, 1 / Math.sqrt(2.0 * building.settings().layers()));
    }

    /** x · W, W drawn with deviation {@code scale}/√in. */
    Tensor project(String name, Tensor x, int out, double scale) {
        int in = x.dim(-1);
        var weight = parameter(name, Shape.of(in, out), Initializer.normal((float) (scale / Math.sqrt(in))));
        return x.matmul(weight);
    }

    @Override
    public Tensor dropout(Tensor x, float p) {
        return mode() == Mode.TRAINING && p > 0 ? x.dropout(p, building.draw(), building.salt()) : x;
    }

    @Override
    public Tensor noise(Shape shape) {
        return Networks.normalNoise(building.draw(), building.salt(), shape);
    }

    @Override
    public Tensor uniform(Shape shape) {
        return Networks.uniformNoise(building.draw(), building.salt(), shape);
    }

    @Override
    public void metric(String name, Tensor value) {
        building.metric(path() + "." + name, value);
    }
}
