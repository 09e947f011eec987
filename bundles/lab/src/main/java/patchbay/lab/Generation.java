package patchbay.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import patchbay.data.Tokenizer;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.model.Sampling;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.HalfArrays;
import patchbay.training.Learner;
import patchbay.weights.safetensors.Dtype;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsWriter;

/** Text out of a model, as it is at one moment. */
public record Generation(Engine engine, Decoder decoder, Variables values, Tokenizer tokenizer) {

    /** With a copy of the model's present values, so that training can go on meanwhile. Called between two steps. */
    public static Generation of(Learner learner, Tokenizer tokenizer) {
        var values = Generator.values(learner.engine(), learner.decoder(), learner.variables());
        return new Generation(learner.engine(), learner.decoder(), values.copy(), tokenizer);
    }

    /** The same model with weights of another precision, and no others. */
    public Generation in(ModelSettings.Weights weights) {
        var other = decoder.with(decoder.rack().withWeights(weights));
        return new Generation(engine, other, Generator.values(engine, other, values), tokenizer);
    }

    /** The same model with caches of another precision. */
    public Generation keeping(ModelSettings.Kept cache) {
        return new Generation(engine, decoder.with(decoder.rack().withCache(cache)), values, tokenizer);
    }

    /**
     * Writes the values as safetensors: those of the weights in their precision, of F32, BF16 or F16; gains, biases and state in F32. The
     * tokenizer is among the metadata. Another run can begin with such a file.
     *
     * @return bytes written
     * @throws UserError if the file is there already, or cannot be written
     */
    public long export(Path file) {
        if (Files.exists(file)) {
            throw new UserError(file + " is there already; export writes a new file");
        }
        try {
            SafetensorsWriter.write(file, values.names().stream().sorted().map(this::tensor).toList(),
                    Map.of("weights", decoder.rack().settings().weights().name(), Inheritance.TOKENIZER, tokenizer.json()));
            return Files.size(file);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private HostTensor tensor(String name) {
        var type = values.type(name);
        var shape = type.shape().dims();
        if (type.dtype() == DType.I32) {
            var ints = new int[type.size()];
            values.read(name, ints);
            return HostTensor.of(name, shape, ints);
        }
        var floats = new float[type.size()];
        values.read(name, floats);
        if (type.dtype() == DType.F32) {
            return HostTensor.of(name, shape, floats);
        }
        var halves = new short[floats.length];
        HalfArrays.narrow(type.dtype(), floats, halves, halves.length); // exact: they come from there
        return HostTensor.of(name, type.dtype() == DType.F16 ? Dtype.F16 : Dtype.BF16, shape, halves);
    }

    /** Hands pieces of text to {@code sink} as they are generated, up to {@code tokens} tokens or the end of the document. */
    public void run(String prompt, int tokens, Sampling sampling, long seed, Consumer<String> sink) {
        run(prompt, tokens, sampling, seed, 1, _ -> sink);
    }

    /**
     * Several continuations of one prompt, which is read once. Number i, counted from 0, is drawn with {@code seed} + i, and is what that seed alone
     * would have given.
     *
     * @param sinks asked for where the pieces of each go, before it begins
     */
    public void run(String prompt, int tokens, Sampling sampling, long seed, int continuations, IntFunction<Consumer<String>> sinks) {
        var start = prompt.isEmpty() && tokenizer.endOfDocument().isPresent()
                ? new int[] {tokenizer.endOfDocument().getAsInt()} : tokenizer.encode(prompt);
        try (var generator = new Generator(engine, decoder, values)) {
            for (int i = 0; i < continuations; i++) {
                generator.generate(start, tokens, sampling, seed + i, pieces(tokens, sinks.apply(i)));
            }
        }
    }

    private IntPredicate pieces(int tokens, Consumer<String> sink) {
        OptionalInt end = tokenizer.endOfDocument();
        var text = new int[tokens];
        int[] count = new int[1];
        int[] shown = new int[1];
        return token -> {
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
        };
    }
}
