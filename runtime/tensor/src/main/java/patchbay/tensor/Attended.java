package patchbay.tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What attention over some keys yields. The log-sum-exp says how much the part weighs beside others, so that attentions over disjoint sets
 * of keys come together to what one over all of them would have yielded (Dao et al. 2022, section 3.1).
 *
 * @param output {@code [B, T, H, E]}
 * @param normalizer the log-sum-exp of each query's scores, {@code [B, H, T]}; −∞ where there was no key
 */
public record Attended(Tensor output, Tensor normalizer) {

    /** Attention over all keys of the {@code parts}, which must be disjoint: {@code [B, T, H, E]}. */
    public static Tensor together(List<Attended> parts) {
        var shape = parts.getFirst().normalizer.shape();
        var one = shape.append(1);
        var weights = Layout.concat(3, parts.stream().map(part -> part.normalizer.reshape(one)).toList()).softmax()
                .permute(0, 2, 1, 3); // [B, T, H, parts]
        return IntStream.range(0, parts.size())
                .mapToObj(part -> parts.get(part).output.multiply(weights.slice(3, part, part + 1)))
                .reduce(Tensor::add).orElseThrow();
    }

    /**
     * With one key more that has the score {@code sink} and no value, so that a head can look at nothing (Miller 2023; gpt-oss, 2025).
     *
     * @param sink {@code [H]}
     */
    public Tensor withSink(Tensor sink) {
        int heads = normalizer.dim(1);
        var left = normalizer.subtract(sink.reshape(heads, 1)).sigmoid(); // [B, H, T]: what the real keys keep
        return output.multiply(left.permute(0, 2, 1).reshape(output.dim(0), output.dim(1), heads, 1));
    }
}
