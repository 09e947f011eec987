package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.util.ArrayList;
import java.util.List;
import patchbay.bench.Decoder.Style;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Graph;

/** {@code train}: whole training steps, forward, backward and update. */
final class TrainingSteps {

    /** Large enough to show a wrong gradient in the loss of the third step, small enough not to wreck the model in thousands. */
    private static final float RATE = 0.02f;

    private TrainingSteps() {}

    static Benchmark benchmark(boolean libtorch) {
        var lines = new ArrayList<>(List.of(
                recipe("nanoGPT's recipe, dense", new Decoder(Style.LLAMA, 12, 64, 65, 128, 4, 4, 1, 344)),
                recipe("nanoGPT's recipe, 8 experts", new Decoder(Style.LLAMA, 12, 64, 65, 128, 4, 4, 8, 172)),
                block("block of dim 256, dense", new Decoder(Style.GPT, 4, 256, 512, 256, 4, 1, 1, 1024), libtorch),
                block("block of dim 256, 8 experts", new Decoder(Style.GPT, 4, 256, 512, 256, 4, 1, 8, 1024), libtorch)));
        return new Benchmark("train", "Training steps", "less is better", lines);
    }

    /** With AdamW and clipping, as {@code cnf/experiments/shakespeare.yaml} trains. */
    private static Line recipe(String name, Decoder decoder) {
        return new Line(name, Unit.MILLISECONDS, decoder.tokens(), 300,
                List.of(new Contender(OURS, decoder.work(), threads -> ours(decoder, decoder.adamW(1e-4f), threads))));
    }

    /** With plain gradient descent: what both do in the same way. */
    private static Line block(String name, Decoder decoder, boolean libtorch) {
        var contenders = new ArrayList<>(List.of(
                new Contender(OURS, decoder.work(), threads -> ours(decoder, decoder.descent(RATE), threads))));
        if (libtorch) {
            contenders.add(new Contender(LibTorch.NAME, decoder.work(), threads -> new LibTorch(decoder, RATE, threads)));
        }
        return new Line(name, Unit.MILLISECONDS, decoder.tokens(), 500, contenders);
    }

    private static Task ours(Decoder decoder, Graph step, int threads) {
        return new ProgramTask(new CpuEngine(threads), step, program -> {
            program.write("tokens", decoder.randomTokens(1));
            program.write("targets", decoder.randomTokens(2));
        }, true);
    }
}
