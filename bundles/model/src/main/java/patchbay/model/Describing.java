package patchbay.model;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Variables;

/** Writes the text of an example, whose other modalities are read once and kept in caches as what stands before it. One thread at a time. */
public final class Describing implements AutoCloseable {

    private final Map<String, Encoder.Reader> readers;
    private final int longest;
    private final int places;
    private final Program beginning;
    private final Program going;

    /** @param values the model's, which are read only */
    public Describing(Engine engine, Multimodal model, Variables values) {
        this.readers = model.readers();
        this.longest = model.rack().settings().context();
        var variables = values.fork(); // the caches are written to
        var first = new Graph();
        this.places = model.begin(new Building(first, Mode.DECODING, model.rack().settings()));
        var next = new Graph();
        model.step(new Building(next, Mode.DECODING, model.rack().settings()), places);
        this.beginning = engine.compile(first, variables);
        try {
            this.going = engine.compile(next, variables);
        } catch (RuntimeException | Error failure) {
            beginning.close();
            throw failure;
        }
    }

    /**
     * Writes at most as many tokens as the model's texts have.
     *
     * @param files bytes by modality; one that is not there is missing
     * @param seed what is drawn by
     * @param sink is told each token; false ends the text
     * @throws patchbay.tensor.UserError if a file is not what its modality's encoder reads
     */
    public void write(Map<String, byte[]> files, Sampling sampling, long seed, IntPredicate sink) {
        readers.forEach((modality, reader) -> {
            var inputs = reader.inputs();
            boolean there = files.containsKey(modality);
            var row = there ? reader.read(files.get(modality)) : null;
            beginning.write(Multimodal.present(modality), new int[] {there ? 1 : 0});
            inputs.forEach((name, type) -> {
                var input = Multimodal.input(modality, name);
                if (type.dtype().isFloat()) {
                    beginning.write(input, there ? row.floats().get(name) : new float[type.size()]);
                } else {
                    beginning.write(input, there ? row.ints().get(name) : new int[type.size()]);
                }
            });
        });
        beginning.write("start", new int[1]);
        beginning.run();
        var random = new SplittableRandom(seed);
        var logits = beginning.floats("logits");
        for (int t = 0; t < longest; t++) {
            int token = sampling.draw(logits, random);
            if (!sink.test(token) || t + 1 == longest) {
                return;
            }
            going.write(Multimodal.TOKENS, new int[] {token});
            going.write("start", new int[] {places + t});
            going.run();
            logits = going.floats("logits");
        }
    }

    @Override
    public void close() {
        beginning.close();
        going.close();
    }
}
