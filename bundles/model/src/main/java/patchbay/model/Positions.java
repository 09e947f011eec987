package patchbay.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import patchbay.spi.Position;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** The model's position plugin while a graph is built: what it yields is checked, and layers share what depends on distances alone. */
final class Positions implements Position.Placing {

    private record Distances(int heads, int nearest, int count) {}

    private final Building building;
    private final Fitting fitting;
    private final Position position;
    private final Function<String, Fitting> sockets;
    private final Position.Scope scope;
    private final Map<Distances, Optional<Tensor>> biases = new HashMap<>();
    private final Map<Integer, Optional<Tensor>> sharpness = new HashMap<>();

    Positions(Building building, Fitting fitting, Function<String, Fitting> sockets) {
        this(building, fitting, sockets, building.start());
    }

    /**
     * @param sockets what is in those within, by path
     * @param start position of the first token, i32[1]
     */
    Positions(Building building, Fitting fitting, Function<String, Fitting> sockets, Tensor start) {
        this.building = building;
        this.sockets = sockets;
        this.fitting = fitting;
        this.position = (Position) fitting.offer().part();
        this.scope = new Scopes.ForPosition(building, fitting, sockets, start);
    }

    @Override
    public Tensor embed(Tensor embeddings) {
        return building.at(fitting, () -> Mixture.expected(fitting, position.embed(scope, embeddings), embeddings.type()));
    }

    @Override
    public Tensor rotate(Tensor headed) {
        return building.at(fitting, () -> Mixture.expected(fitting, position.rotate(scope, headed), headed.type()));
    }

    /** {@link #rotate(Tensor)} as though the first of them stood at {@code start}, i32[1]. */
    Tensor rotate(Tensor headed, Tensor start) {
        return new Positions(building, fitting, sockets, start).rotate(headed);
    }

    @Override
    public Optional<Tensor> bias(int heads, int nearest, int count) {
        return biases.computeIfAbsent(new Distances(heads, nearest, count), distances -> building.at(fitting, () ->
                position.bias(scope, heads, nearest, count).map(bias -> Mixture.expected(fitting, bias, TensorType.f32(Shape.of(heads, count))))));
    }

    @Override
    public Optional<Tensor> sharpness(int time) {
        return sharpness.computeIfAbsent(time, _ -> building.at(fitting, () ->
                position.sharpness(scope, time).map(given -> Mixture.expected(fitting, given, TensorType.f32(Shape.of(time))))));
    }
}
