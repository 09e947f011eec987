package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** {@code decode}: one token after another with a cache, each the likeliest, from one that is given. */
final class Decoding {

    /** Tokens of a run. */
    static final int TOKENS = 32;
    /** What every text begins with. */
    static final int FIRST = 1;
    /** Where the 256 tokens begin that stand for a byte each, for a peer that takes no tokens but text. */
    static final int BYTES = 3;
    /** After this text the logits are compared. */
    static final String PROOF = "patchbay";

    /** All widths are multiples of 128: Jlama shares them out in 128 chunks and computes nothing of what is left over. */
    private static final Llama DENSE = new Llama(8, 512, 8, 32_000, 128, 1, 1536);
    private static final Llama MIXTURE = new Llama(8, 512, 8, 32_000, 128, 8, 768);

    private Decoding() {}

    /** Against those whose native parts are on the class path: their classes are not to be touched before that is known. */
    static Benchmark benchmark() {
        boolean jlama = has("/com/github/tjake/jlama/tensor/operations/NativeSimdTensorOperations.class");
        boolean llamaCpp = has("/de/kherud/llama/Linux/x86_64/libjllama.so");
        return new Benchmark("decode", "Decoding: 8 layers of dim 512, 32,000 tokens of vocabulary, f32", "greater is better", List.of(
                line("dense, hidden 1536", DENSE, jlama, llamaCpp), line("8 experts of 768, top-2", MIXTURE, jlama, llamaCpp)));
    }

    private static boolean has(String resource) {
        return System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64")
                && Decoding.class.getResource(resource) != null;
    }

    static Line line(String name, Llama model, boolean jlama, boolean llamaCpp) {
        double work = TOKENS * model.bytes();
        var contenders = new ArrayList<>(List.of(new Contender(OURS, work, threads -> new Generating(model, threads))));
        if (jlama) {
            contenders.add(new Contender(Jlama.NAME, work, threads -> new Jlama(model, threads)));
        }
        if (llamaCpp) {
            contenders.add(new Contender(LlamaCpp.NAME, work, threads -> new LlamaCpp(model, threads)));
        }
        return new Line(name, Unit.TOKENS, TOKENS, 300, contenders);
    }

    /** The tokens of {@link #PROOF}. */
    static int[] proof() {
        return IntStream.concat(IntStream.of(FIRST), PROOF.chars().map(character -> BYTES + character)).toArray();
    }

    /** What is compared: logits less their mean, in units of their deviation, as not everyone tells what is common to all or their scale. */
    static float[] standardized(float[] logits) {
        double mean = 0;
        for (float logit : logits) {
            mean += logit / (double) logits.length;
        }
        double variance = 0;
        for (float logit : logits) {
            variance += (logit - mean) * (logit - mean) / logits.length;
        }
        var standardized = new float[logits.length];
        for (int i = 0; i < standardized.length; i++) {
            standardized[i] = (float) ((logits[i] - mean) / Math.sqrt(variance));
        }
        return standardized;
    }
}
