package patchbay.tensor.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import patchbay.tensor.DType;

/**
 * Gives every planned storage an array; storages whose lives do not overlap may share one. The greatest go first, each
 * into the smallest array that is free during its life (greedy by size; Pisarchyk and Lee 2020, arXiv 2001.03288).
 */
final class MemoryPlan {

    /** An array to be, and who lies in it when: last position by first. */
    private static final class Slot {
        private final DType dtype;
        private final int size;
        private final TreeMap<Integer, Integer> taken = new TreeMap<>();
        private final List<Storage> tenants = new ArrayList<>();

        Slot(Storage greatest) {
            dtype = greatest.type().dtype();
            size = greatest.type().size();
        }

        boolean isFreeFor(Storage storage) {
            var before = taken.floorEntry(storage.dies());
            return before == null || before.getValue() < storage.born();
        }

        void take(Storage storage) {
            taken.put(storage.born(), storage.dies());
            tenants.add(storage);
        }
    }

    private MemoryPlan() {}

    /** Places every one of {@code storages}; returns the bytes that all arrays take. */
    static long place(List<Storage> storages) {
        var slots = new ArrayList<Slot>();
        var greatestFirst = storages.stream()
                .sorted(Comparator.comparingInt((Storage storage) -> storage.type().size()).reversed()
                        .thenComparingInt(Storage::born))
                .toList();
        for (var storage : greatestFirst) {
            Slot smallest = null;
            for (var slot : slots) { // sizes fall
                if (slot.dtype == storage.type().dtype() && slot.isFreeFor(storage)) {
                    smallest = slot;
                }
            }
            if (smallest == null) {
                smallest = new Slot(storage);
                slots.add(smallest);
            }
            smallest.take(storage);
        }
        long bytes = 0;
        for (var slot : slots) {
            var array = slot.dtype.array(slot.size);
            slot.tenants.forEach(tenant -> tenant.place(array));
            bytes += slot.dtype.bytes(slot.size);
        }
        return bytes;
    }
}
