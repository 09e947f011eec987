package patchbay.lab;

import java.util.OptionalInt;
import java.util.function.Consumer;
import patchbay.data.Tokenizer;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.Sampling;
import patchbay.tensor.Engine;
import patchbay.tensor.Variables;
import patchbay.training.Learner;

/** Text out of a model, as it is at one moment. */
public record Generation(Engine engine, Decoder decoder, Variables values, Tokenizer tokenizer) {

    /** With a copy of the model's present values, so that training can go on meanwhile. Called between two steps. */
    public static Generation of(Learner learner, Tokenizer tokenizer) {
        return new Generation(learner.engine(), learner.decoder(), learner.variables().copy(), tokenizer);
    }

    /** Hands pieces of text to {@code sink} as they are generated, up to {@code tokens} tokens or the end of the document. */
    public void run(String prompt, int tokens, Sampling sampling, long seed, Consumer<String> sink) {
        var start = prompt.isEmpty() && tokenizer.endOfDocument().isPresent()
                ? new int[] {tokenizer.endOfDocument().getAsInt()} : tokenizer.encode(prompt);
        OptionalInt end = tokenizer.endOfDocument();
        var text = new int[tokens];
        int[] count = new int[1];
        int[] shown = new int[1];
        try (var generator = new Generator(engine, decoder, values)) {
            generator.generate(start, tokens, sampling, seed, token -> {
                if (end.isPresent() && token == end.getAsInt()) {
                    return false;
                }
                text[count[0]++] = token;
                var whole = tokenizer.decode(text, 0, count[0]);
                if (!whole.endsWith("\uFFFD") && whole.length() > shown[0]) { // half a character waits for the rest
                    sink.accept(whole.substring(shown[0]));
                    shown[0] = whole.length();
                }
                return true;
            });
        }
    }
}
