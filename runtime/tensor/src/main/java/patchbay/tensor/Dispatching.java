package patchbay.tensor;

import java.util.List;
import patchbay.tensor.operations.Combine;
import patchbay.tensor.operations.Dispatch;

/** Rows sent to the groups that want them, sorted by group, and back: what surrounds the experts of a mixture. */
public interface Dispatching {

    Tensor self();

    /**
     * These rows [N, D], each k times, sorted by group: [N · k, D]. Places beyond the last group hold zeros.
     *
     * @param grouping of the N · k choices, row by row
     */
    default Tensor dispatch(Indexing.Grouping grouping, int k) {
        var ones = self().graph().filled(Shape.of(self().dim(0), k), 1);
        return self().graph().apply(new Dispatch(),
                List.of(self(), ones, grouping.order(), grouping.inverse(), grouping.offsets())).getFirst();
    }

    /**
     * These sorted rows [N · k, D] summed back into the rows that they were sent from, each times its weight: [N, D]. A choice
     * in no group adds nothing.
     *
     * @param weights [N, k]
     */
    default Tensor combine(Tensor weights, Indexing.Grouping grouping) {
        return self().graph().apply(new Combine(),
                List.of(self(), weights, grouping.order(), grouping.inverse(), grouping.offsets())).getFirst();
    }
}
