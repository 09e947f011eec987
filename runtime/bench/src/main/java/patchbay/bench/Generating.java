package patchbay.bench;

import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Generator;
import patchbay.model.Sampling;

/** Our generator, as the shell's {@code generate} uses it. */
final class Generating implements Task {

    private static final Sampling LIKELIEST = new Sampling(0, 0, 1);
    private static final int[] PROMPT = {Decoding.FIRST};

    private final CpuEngine engine;
    private final Generator generator;

    Generating(Llama model, int threads) {
        engine = new CpuEngine(threads);
        generator = new Generator(engine, model.decoder(), model.values(engine));
    }

    @Override
    public void run() {
        generator.generate(PROMPT, Decoding.TOKENS, LIKELIEST, 1, _ -> true);
    }

    @Override
    public float[] result() {
        generator.generate(Decoding.proof(), 1, LIKELIEST, 1, _ -> true);
        return Decoding.standardized(generator.logits());
    }

    @Override
    public void close() {
        generator.close();
        engine.close();
    }
}
