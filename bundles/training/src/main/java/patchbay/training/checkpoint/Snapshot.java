package patchbay.training.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.DType;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.weights.safetensors.HostTensor;

/** Copies of variables at one moment, by the file they go to. The arrays are kept and filled again for the next checkpoint. */
public final class Snapshot {

    private record Buffer(TensorType type, Object array) {
    }

    private final Map<List<String>, Buffer> buffers = new HashMap<>(); // by file and name
    private final Map<String, List<HostTensor>> files = new LinkedHashMap<>();

    Snapshot() {
    }

    /** Copies the values of these variables, F32 or I32; they are written to {@code file}, such as {@link Checkpoint#PARAMETERS}. */
    public void take(String file, Variables variables, Collection<String> names) {
        var tensors = files.computeIfAbsent(file, _ -> new ArrayList<>());
        for (var name : names) {
            tensors.add(copy(file, name, variables));
        }
    }

    private HostTensor copy(String file, String name, Variables variables) {
        var type = variables.type(name);
        var shape = type.shape().dims();
        var array = buffers.compute(List.of(file, name),
                (_, kept) -> kept != null && kept.type().equals(type) ? kept : new Buffer(type, type.array())).array();
        if (type.dtype() == DType.F32) {
            variables.read(name, (float[]) array);
            return HostTensor.of(name, shape, (float[]) array);
        }
        if (type.dtype() == DType.I32) {
            variables.read(name, (int[]) array);
            return HostTensor.of(name, shape, (int[]) array);
        }
        throw new IllegalArgumentException("variable '" + name + "' is " + type + "; checkpoints hold f32 and i32");
    }

    /** Forgets what was taken, and the buffers that the last checkpoint no longer used. */
    void clear() {
        var used = new HashSet<List<String>>();
        files.forEach((file, tensors) -> tensors.forEach(tensor -> used.add(List.of(file, tensor.name()))));
        buffers.keySet().retainAll(used);
        files.clear();
    }

    Map<String, List<HostTensor>> files() {
        return files;
    }
}
