package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import patchbay.bench.Decoder.Style;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Graph;

/** {@code train}: whole training steps, forward, backward and update. */
final class TrainingSteps {

    /** Large enough to show a wrong gradient in the loss of the third step, small enough not to wreck the model in thousands. */
    private static final float RATE = 0.02f;

    private TrainingSteps() {}

    /** A step that is measured. */
    record Step(String name, Decoder decoder, Supplier<Graph> graph) {

        /** With AdamW and clipping, as {@code cnf/experiments/shakespeare.yaml} trains. */
        static Step recipe(String name, int experts, int hidden) {
            var decoder = new Decoder(Style.LLAMA, 12, 64, 65, 128, 4, 4, experts, hidden);
            return new Step(name, decoder, () -> decoder.adamW(1e-4f));
        }

        /** With plain gradient descent: what libtorch and we do in the same way. */
        static Step block(String name, int experts) {
            var decoder = new Decoder(Style.GPT, 4, 256, 512, 256, 4, 1, experts, 1024);
            return new Step(name, decoder, () -> decoder.descent(RATE));
        }
    }

    static final List<Step> STEPS = List.of(Step.recipe("nanoGPT's recipe, dense", 1, 344), Step.recipe("nanoGPT's recipe, 8 experts", 8, 172),
            Step.block("block of dim 256, dense", 1), Step.block("block of dim 256, 8 experts", 8));

    static Benchmark benchmark(boolean libtorch) {
        return new Benchmark("train", "Training steps", "less is better", STEPS.stream().map(step -> line(step, libtorch)).toList());
    }

    private static Line line(Step step, boolean libtorch) {
        var decoder = step.decoder();
        var contenders = new ArrayList<>(List.of(new Contender(OURS, decoder.work(), threads -> ours(step, threads))));
        if (libtorch && decoder.style() == Style.GPT) {
            contenders.add(new Contender(LibTorch.NAME, decoder.work(), threads -> new LibTorch(decoder, RATE, threads)));
        }
        return new Line(step.name(), Unit.MILLISECONDS, decoder.tokens(), 400, contenders);
    }

    private static Task ours(Step step, int threads) {
        return new ProgramTask(new CpuEngine(threads), step.graph().get(), step.decoder()::write, true);
    }
}
