package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Sentences;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * The sentences of texts, of which tokens may end one, {@code i32[B, S]}, and start {@code i32[1]}: for T tokens from {@code start} on the first token of the
 * sentence that each is in and the number of that sentence, {@code i32[B, T]}, and where each sentence begins, {@code i32[B, sentences + 1]}, the next one's
 * begin being its end. Tokens at or beyond {@code start + T} do not exist yet: sentences that have not begun, begin there.
 *
 * @param sentences room for so many, of which one may not be finished
 * @param shortest tokens that a sentence has at least
 * @param longest tokens behind which it is cut wherever it may end
 */
public record CutSentences(int time, int sentences, int shortest, int longest) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Sentences.class, "cut");

    public CutSentences {
        Expect.that(shortest > 0 && longest >= shortest, "sentences of " + shortest + " to " + longest + " tokens");
    }

    @Override
    public String name() {
        return "cut-sentences";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        var ends = inputs.getFirst().shape();
        Expect.that(ends.rank() == 2 && time <= ends.dim(1), "ends must be [batch, at least " + time + "]");
        Expect.i32("ends", inputs.getFirst(), ends);
        Expect.i32("start", inputs.get(1), 1);
        Expect.that(sentences > ends.dim(1) / shortest, ends.dim(1) + " tokens can be " + (ends.dim(1) / shortest + 1) + " sentences, more than " + sentences);
        var queries = TensorType.i32(ends.dim(0), time);
        return List.of(queries, queries, TensorType.i32(ends.dim(0), sentences + 1));
    }

    @Override
    public List<Launch> launches(Node node) {
        var ends = node.input(0).shape();
        return List.of(Launch.of(KERNEL, ends.dim(0)).input(0).input(1).output(0).output(1).output(2)
                .value(time).value(ends.dim(1)).value(sentences).value(shortest).value(longest).work(10L * ends.dim(1)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
