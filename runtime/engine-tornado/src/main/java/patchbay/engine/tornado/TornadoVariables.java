package patchbay.engine.tornado;

import java.util.Set;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ArrayVariables;

/** Variables that stay on the device between runs: their Java arrays get the values when someone reads them. */
final class TornadoVariables implements Variables {

    private final ArrayVariables arrays;
    private final DeviceMemory memory;

    private TornadoVariables(ArrayVariables arrays, DeviceMemory memory) {
        this.arrays = arrays;
        this.memory = memory;
    }

    TornadoVariables(DeviceMemory memory) {
        this(new ArrayVariables(), memory);
    }

    ArrayVariables arrays() {
        return arrays;
    }

    void declare(Graph graph) {
        arrays.declare(graph);
    }

    boolean areOn(DeviceMemory other) {
        return memory == other;
    }

    @Override
    public Set<String> names() {
        return arrays.names();
    }

    @Override
    public boolean contains(String name) {
        return arrays.contains(name);
    }

    @Override
    public TensorType type(String name) {
        return arrays.type(name);
    }

    @Override
    public void put(String name, TensorType type, float[] values) {
        arrays.put(name, type, values);
        memory.writtenOnHost(arrays.array(name));
    }

    @Override
    public void put(String name, TensorType type, int[] values) {
        arrays.put(name, type, values);
        memory.writtenOnHost(arrays.array(name));
    }

    @Override
    public void read(String name, float[] into) {
        memory.toHost(arrays.array(name));
        arrays.read(name, into);
    }

    @Override
    public void read(String name, int[] into) {
        memory.toHost(arrays.array(name));
        arrays.read(name, into);
    }

    @Override
    public Variables fork() {
        return new TornadoVariables((ArrayVariables) arrays.fork(), memory);
    }

    @Override
    public boolean isBeside(Variables other) {
        return other instanceof TornadoVariables there && there.areOn(memory);
    }

    @Override
    public void share(String name, Variables other) {
        if (!isBeside(other)) {
            throw new IllegalArgumentException("variable '" + name + "' is kept by another engine and cannot be shared");
        }
        arrays.share(name, ((TornadoVariables) other).arrays);
    }

    @Override
    public Variables copy() {
        names().forEach(name -> memory.toHost(arrays.array(name)));
        return new TornadoVariables((ArrayVariables) arrays.copy(), memory);
    }

    @Override
    public void remove(String name) {
        arrays.remove(name);
    }
}
