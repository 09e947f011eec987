package patchbay.tensor;

import java.util.List;
import patchbay.tensor.operations.ArgSort;
import patchbay.tensor.operations.Gather;
import patchbay.tensor.operations.GroupBy;
import patchbay.tensor.operations.OneHot;
import patchbay.tensor.operations.PutAlong;
import patchbay.tensor.operations.ReadRows;
import patchbay.tensor.operations.ScatterAdd;
import patchbay.tensor.operations.TakeAlong;
import patchbay.tensor.operations.WriteRows;

/**
 * Selection, order and grouping. Indices are i32; −1 (or any index outside) selects nothing: it reads zeros and writes
 * nothing. Sums have a fixed order, that of ascending position.
 */
public sealed interface Indexing permits Tensor {

    Tensor self();

    /** Rows of this tensor [rows, …] (f32, i32, or f16 and bf16, which are widened) at indices of any shape: indices.shape + […]. */
    default Tensor gather(Tensor indices) {
        return new Gather().apply(self(), indices);
    }

    /** Elements along the last axis: this [..., E] at indices [..., K] is [..., K]. */
    default Tensor gatherLast(Tensor indices) {
        return self().graph().apply(new TakeAlong(-1), self(), indices);
    }

    /** The reverse of {@link #gatherLast}: this [..., K], each element added where its index says, is [..., classes]. */
    default Tensor scatterLast(Tensor indices, int classes) {
        return self().graph().apply(new PutAlong(-1, classes), self(), indices);
    }

    /** This tensor, indices.shape + […], each row added to the row that its index says of [rows, …]. */
    default Tensor scatterAdd(Tensor indices, int rows) {
        return self().graph().apply(new ScatterAdd(rows), self(), indices);
    }

    /** Of i32 indices [...]: f32 [..., classes], 1 at the index. */
    default Tensor oneHot(int classes) {
        return self().graph().apply(new OneHot(classes), self());
    }

    /** values f32 and indices i32, both [..., k]. */
    record TopK(Tensor values, Tensor indices) {}

    /**
     * The {@code k} greatest along the last axis, descending; of equals the one with the lower index first. A NaN is never taken;
     * a place for which nothing else is left has the value NaN and the index −1.
     */
    default TopK topK(int k) {
        var outputs = self().graph().apply(new patchbay.tensor.operations.TopK(k), List.of(self()));
        return new TopK(outputs.get(0), outputs.get(1));
    }

    /** values f32 and order i32, both of the operand's shape: values = operand.gatherLast(order). */
    record Sorted(Tensor values, Tensor order) {}

    /** Ascending along the last axis; equal elements keep their order. */
    default Sorted sort() {
        return sort(false);
    }

    default Sorted sort(boolean descending) {
        var order = argsort(descending);
        return new Sorted(gatherLast(order), order);
    }

    /** i32: the positions of the elements along the last axis in ascending order; equal elements keep theirs. */
    default Tensor argsort() {
        return argsort(false);
    }

    default Tensor argsort(boolean descending) {
        return self().graph().apply(new ArgSort(descending), self());
    }

    /**
     * Entries sorted by group.
     *
     * @param order [M] i32: the position of the entry that stands at each sorted place
     * @param inverse [M] i32: the sorted place of each entry; −1 for entries in no group
     * @param offsets [groups + 1] i32: where each group starts among the sorted; the last is where those in no group start
     * @param counts [groups] f32: entries in each group
     */
    record Grouping(Tensor order, Tensor inverse, Tensor offsets, Tensor counts) {}

    /** Of i32 group numbers of any shape, M in all: a stable counting sort by group; entries in no group (−1) come last. */
    default Grouping groupBy(int groups) {
        var outputs = self().graph().apply(new GroupBy(groups), List.of(self()));
        return new Grouping(outputs.get(0), outputs.get(1), outputs.get(2), outputs.get(3));
    }

    /**
     * This cache [B, S, …] with values [B, T, …] in its rows start … start + T − 1 along axis 1; {@code start} is i32 [1]. Rows
     * beyond the cache are dropped.
     */
    default Tensor writeRows(Tensor values, Tensor start) {
        return self().graph().apply(new WriteRows(), self(), values, start);
    }

    /** Rows start … start + length − 1 along axis 1 of this [B, S, …]: [B, length, …]; zeros beyond its end. */
    default Tensor readRows(Tensor start, int length) {
        return self().graph().apply(new ReadRows(length), self(), start);
    }
}
