package patchbay.data;

import java.util.List;

/**
 * Examples to measure by, in batches of which the last may be short.
 *
 * @param batch examples in a batch, B
 */
public record HeldOutExamples(List<Example> examples, int batch) implements HeldOutMaterial {

    /** Of more examples than {@code most} batches hold so many are taken at even distances. */
    public static HeldOutExamples of(List<Example> examples, int batch, int most) {
        long wanted = (long) batch * most;
        var all = List.copyOf(examples);
        return new HeldOutExamples(all.size() <= wanted ? all
                : java.util.stream.LongStream.range(0, wanted).mapToObj(i -> all.get((int) (i * all.size() / wanted))).toList(), batch);
    }

    @Override
    public int count() {
        return Math.ceilDiv(examples.size(), batch);
    }

    public List<Example> at(int index) {
        return examples.subList(index * batch, Math.min(examples.size(), (index + 1) * batch));
    }
}
