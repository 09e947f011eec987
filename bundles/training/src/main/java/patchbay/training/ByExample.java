package patchbay.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import patchbay.data.Example;

/** What was made of examples' parts, kept as far as there is room for it; where there is none, all is made anew. For one thread at a time. */
final class ByExample<T> {

    /** Bytes that are kept: rather a part of the heap than all of it. */
    private static final long ROOM = Runtime.getRuntime().maxMemory() / 8;

    private record Key(Example example, String modality) {}

    private final Map<Key, T> kept = new LinkedHashMap<>();
    private final ToLongFunction<T> bytes;
    private long size;

    /** @param bytes how many one takes */
    ByExample(ToLongFunction<T> bytes) {
        this.bytes = bytes;
    }

    /** What {@code make} makes of the example's part, or has made of it before. */
    T of(Example example, String modality, Supplier<T> make) {
        var key = new Key(example, modality);
        var known = kept.get(key);
        if (known != null) {
            return known;
        }
        var made = make.get();
        size += bytes.applyAsLong(made);
        if (size > ROOM) {
            kept.clear();
            size = 0;
        }
        kept.put(key, made);
        return made;
    }
}
