package patchbay.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import patchbay.tensor.DType;
import patchbay.tensor.Variables;

/**
 * What a model remembered at some points of a text, where it keeps no rows that could be cut: to go back it takes the last point before, and
 * the tokens from there on are read again. Points lie further apart the longer ago they are, so that a text of any length has few of them and a
 * cut of n tokens reads again n at most, or little more.
 */
final class Snapshots {

    private final List<Cache> remembered;
    private final Variables variables;
    private final int distance;
    private final NavigableMap<Integer, Map<String, Object>> points = new TreeMap<>();

    /** @param distance tokens between the latest points */
    Snapshots(List<Cache> caches, Variables variables, int distance) {
        this.remembered = caches.stream().filter(cache -> !cache.rows()).toList();
        this.variables = variables;
        this.distance = distance;
    }

    /** Keeps what is remembered now, after {@code length} tokens, where a point should be. */
    void take(int length) {
        if (remembered.isEmpty() || length % distance != 0) {
            return;
        }
        var values = new LinkedHashMap<String, Object>();
        for (var cache : remembered) {
            if (cache.type().dtype() == DType.I32) {
                var ints = new int[cache.type().size()];
                variables.read(cache.name(), ints);
                values.put(cache.name(), ints);
            } else {
                var floats = new float[cache.type().size()];
                variables.read(cache.name(), floats);
                values.put(cache.name(), floats);
            }
        }
        points.put(length, values);
        int now = length / distance;
        points.keySet().removeIf(point -> now - point / distance > 2 * Integer.lowestOneBit(point / distance));
    }

    /** Goes back to the last point that is not beyond {@code length} tokens, and forgets those that are; how many tokens were read there. */
    int restore(int length) {
        if (remembered.isEmpty()) {
            return length;
        }
        points.tailMap(length, false).clear();
        if (points.isEmpty()) {
            return 0; // where everything has its first value
        }
        var last = points.lastEntry();
        for (var cache : remembered) {
            switch (last.getValue().get(cache.name())) {
                case int[] ints -> variables.put(cache.name(), cache.type(), ints);
                case Object floats -> variables.put(cache.name(), cache.type(), (float[]) floats);
            }
        }
        return last.getKey();
    }

    /** Takes the points of another text that begins with the same tokens. */
    void addAll(Snapshots others) {
        points.putAll(others.points);
    }
}
