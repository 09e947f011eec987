package patchbay.data;

import java.util.List;
import java.util.stream.LongStream;

/**
 * Examples to measure by, in batches of which the last may be short.
 *
 * @param batch examples in a batch, B
 */
public record HeldOutExamples(List<Example> examples, int batch) implements HeldOutMaterial {

    /** Of more examples than {@code most} batches hold so many are taken at even distances. */
    public static HeldOutExamples of(List<Example> examples, int batch, int most) {
        return new HeldOutExamples(evenly(examples, (long) batch * most), batch);
    }

    /** Of more than {@code most} so many, at even distances. */
    static <T> List<T> evenly(List<T> all, long most) {
        return all.size() <= most ? List.copyOf(all) : LongStream.range(0, most).mapToObj(i -> all.get((int) (i * all.size() / most))).toList();
    }

    @Override
    public int count() {
        return Math.ceilDiv(examples.size(), batch);
    }

    public List<Example> at(int index) {
        return examples.subList(index * batch, Math.min(examples.size(), (index + 1) * batch));
    }
}
