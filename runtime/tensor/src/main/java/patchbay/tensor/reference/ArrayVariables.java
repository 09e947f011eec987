package patchbay.tensor.reference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import patchbay.tensor.Graph;
import patchbay.tensor.Origin;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * Variables in Java arrays. A program binds the arrays of its variables when it is compiled: new values of a known name
 * go into the array that is there, so the program sees them; what {@link #share} or {@link #remove} changes afterwards
 * only programs compiled later see.
 */
public final class ArrayVariables implements Variables {

    /** @param changes how often other values have been written into the array, by whomever */
    private record Stored(TensorType type, Object array, AtomicLong changes) {

        Stored(TensorType type, Object array) {
            this(type, array, new AtomicLong());
        }
    }

    private final Map<String, Stored> stored = new LinkedHashMap<>();

    /** Adds the variables of {@code graph} that are not there yet, with first values. */
    public void declare(Graph graph) {
        graph.variables().forEach((name, tensor) -> {
            if (!contains(name)) {
                stored.put(name, new Stored(tensor.type(), firstValues(name, tensor, graph.seed())));
            } else if (!type(name).equals(tensor.type())) {
                throw new ShapeError("variable '" + name + "' is asked for as " + tensor.type() + " but is kept as " + type(name));
            }
        });
    }

    private static Object firstValues(String name, Tensor tensor, long seed) {
        var values = ((Origin.Variable) tensor.origin()).initializer().values(tensor.shape(), seedOf(name, seed));
        if (values.length != tensor.size()) {
            throw new ShapeError("variable '" + name + "', " + tensor.type() + ": its initializer gave " + values.length + " values");
        }
        return switch (tensor.dtype()) {
            case F32 -> values;
            case I32 -> {
                var whole = new int[values.length];
                for (int i = 0; i < whole.length; i++) {
                    whole[i] = (int) values[i];
                }
                yield whole;
            }
            case F16, BF16 -> {
                var halves = new short[values.length];
                HalfArrays.narrow(tensor.dtype(), values, halves, values.length);
                yield halves;
            }
            case I8 -> {
                var bytes = new byte[values.length];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) values[i];
                }
                yield bytes;
            }
            default -> throw new ShapeError("variable '" + name + "': no first values for " + tensor.type());
        };
    }

    /** A seed of the name's own, so that the order in which variables are asked for does not matter. */
    static long seedOf(String name, long seed) {
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        long mixed = hash + seed * 0x9e3779b97f4a7c15L; // then the finalizer of MurmurHash3
        mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    /** The Java array of {@code name}, for an engine to compute on. */
    public Object array(String name) {
        return known(name).array;
    }

    /**
     * How often the array of {@code name} has had other values written into it. A program that renews the variable counts here when
     * it has run; whoever keeps what was made of the values sees by this that they have changed.
     */
    public AtomicLong changes(String name) {
        return known(name).changes;
    }

    /** The {@link #changes} of those that a run of {@code graph} renews. */
    public List<AtomicLong> renewedBy(Graph graph) {
        return graph.variables().entrySet().stream().filter(variable -> graph.updates().containsKey(variable.getValue())).map(variable -> changes(variable.getKey())).toList();
    }

    private Stored known(String name) {
        var there = stored.get(name);
        if (there == null) {
            throw UserError.unknown("variable", name, stored.keySet());
        }
        return there;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(stored.keySet());
    }

    @Override
    public boolean contains(String name) {
        return stored.containsKey(name);
    }

    @Override
    public TensorType type(String name) {
        return known(name).type;
    }

    @Override
    public void put(String name, TensorType type, float[] values) {
        putArray(name, type, values);
    }

    @Override
    public void put(String name, TensorType type, int[] values) {
        putArray(name, type, values);
    }

    private void putArray(String name, TensorType type, Object values) {
        var there = contains(name) ? known(name) : new Stored(type, type.array());
        if (!there.type.equals(type)) {
            throw new ShapeError("variable '" + name + "' is put as " + type + " but is kept as " + there.type + "; remove it first");
        }
        HostArrays.write("variable '" + name + "'", type, values, there.array);
        there.changes.incrementAndGet();
        stored.put(name, there);
    }

    @Override
    public void read(String name, float[] into) {
        readArray(name, into);
    }

    @Override
    public void read(String name, int[] into) {
        readArray(name, into);
    }

    private void readArray(String name, Object into) {
        var there = known(name);
        HostArrays.read("variable '" + name + "'", there.type, there.array, into);
    }

    @Override
    public Variables fork() {
        var fork = new ArrayVariables();
        fork.stored.putAll(stored);
        return fork;
    }

    @Override
    public boolean isBeside(Variables other) {
        return other instanceof ArrayVariables;
    }

    @Override
    public void share(String name, Variables other) {
        if (!(other instanceof ArrayVariables arrays)) {
            throw new IllegalArgumentException("variable '" + name + "' is kept by another engine and cannot be shared");
        }
        stored.put(name, arrays.known(name));
    }

    @Override
    public Variables copy() {
        var copy = new ArrayVariables();
        stored.forEach((name, there) -> {
            var array = there.type.array();
            HostArrays.copy(there.type, there.array, array);
            copy.stored.put(name, new Stored(there.type, array));
        });
        return copy;
    }

    @Override
    public void remove(String name) {
        known(name);
        stored.remove(name);
    }
}
