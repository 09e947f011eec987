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
 * Which sentences before its own a query looks at: q {@code [B, T, H, D]}, a key for each section of so many sentences {@code [B, N, G, D]} and the number of each
 * query's sentence {@code i32[B, T]} yield the begins and ends of {@code chosen + 1} runs, {@code i32[B, H, T, chosen + 1]}: the sections with the greatest {@code q·key}, and
 * last all sentences behind the last section that could be chosen, up to the query's own.
 *
 * @param section sentences of a section
 * @param near so many sentences before the query's own belong to no section that can be chosen
 */
public record ChooseSections(int section, int near, int chosen) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Sentences.class, "choose");

    public ChooseSections {
        Expect.that(section > 0 && near >= 0 && chosen >= 0, "sections of " + section + " sentences, " + near + " near ones and " + chosen + " chosen");
    }

    @Override
    public String name() {
        return "choose-sections";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 3);
        var q = inputs.get(0).shape();
        var keys = inputs.get(1).shape();
        Expect.f32("q", inputs.get(0));
        Expect.f32("sections", inputs.get(1));
        Expect.that(q.rank() == 4, "q must be [batch, time, heads, dim]");
        Expect.that(keys.rank() == 4 && keys.dim(0) == q.dim(0) && keys.dim(3) == q.dim(3) && keys.dim(2) > 0 && q.dim(2) % keys.dim(2) == 0,
                "sections must be [" + q.dim(0) + ", sections, key heads, " + q.dim(3) + "]");
        Expect.i32("the sentences' numbers", inputs.get(2), q.dim(0), q.dim(1));
        var runs = TensorType.i32(q.dim(0), q.dim(2), q.dim(1), chosen + 1);
        return List.of(runs, runs);
    }

    /** The scores of those that are chosen so far; of one at least, as there are no empty arrays. */
    @Override
    public List<TensorType> scratch(Node node) {
        var q = node.input(0).shape();
        return List.of(TensorType.f32(q.dim(0), q.dim(2), q.dim(1), Math.max(1, chosen)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var q = node.input(0).shape();
        var keys = node.input(1).shape();
        return List.of(Launch.of(KERNEL, q.dim(0) * q.dim(1) * q.dim(2)).input(0).input(1).input(2).output(0).output(1).scratch(0)
                .value(q.dim(1)).value(keys.dim(1)).value(q.dim(2)).value(keys.dim(2)).value(q.dim(3)).value(section).value(near).value(chosen)
                .work((long) keys.dim(1) * q.dim(3)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
