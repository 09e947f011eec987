package patchbay.engine.tornado;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.DType;
import patchbay.tensor.TensorType;

/** Arrays for what forms keep between their passes. One form runs after the other, so all share them, as large as any needs them. */
final class Workspace {

    /** Array {@code place} of a form. */
    private record Slot(int place, DType dtype) {}

    private final Map<Slot, TensorType> types = new LinkedHashMap<>();
    private final Map<Slot, Object> arrays = new LinkedHashMap<>();

    /** To be asked for everything before {@link #arrays} is asked first. */
    void require(List<TensorType> scratch) {
        for (int i = 0; i < scratch.size(); i++) {
            types.merge(new Slot(i, scratch.get(i).dtype()), scratch.get(i), (a, b) -> a.bytes() < b.bytes() ? b : a);
        }
    }

    List<Object> arrays(List<TensorType> scratch) {
        var found = new ArrayList<Object>();
        for (int i = 0; i < scratch.size(); i++) {
            found.add(arrays.computeIfAbsent(new Slot(i, scratch.get(i).dtype()), slot -> types.get(slot).array()));
        }
        return found;
    }

    Collection<Object> all() {
        return arrays.values();
    }

    long bytes() {
        return types.values().stream().mapToLong(TensorType::bytes).sum();
    }
}
