package patchbay.memory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import patchbay.attention.memory.MemoryAttention;
import patchbay.contract.PlainParts;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;

/** A small model without positions, and texts to read with it. */
final class Reading {

    static final int VOCABULARY = 11;
    static final Engine ENGINE = new CpuEngine(1);
    private static final ModelSettings SETTINGS = new ModelSettings(2, 16, 2, 400, 12, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
    static final Variables VALUES = values();

    private Reading() {}

    private static Variables values() {
        var variables = ENGINE.variables();
        ENGINE.compile(evaluation(1, Map.of()), variables).close();
        // wide enough for attention to tell keys apart
        for (var name : List.copyOf(variables.names())) {
            var values = new float[variables.type(name).size()];
            variables.read(name, values);
            for (int i = 0; i < values.length && (name.endsWith("query") || name.endsWith("key") || name.endsWith("tokens")); i++) {
                values[i] *= name.endsWith("tokens") ? 40 : 2;
            }
            variables.put(name, variables.type(name), values);
        }
        return variables;
    }

    static Decoder decoder(Map<String, Object> options) {
        return PlainParts.decoder(SETTINGS, VOCABULARY, new MemoryAttention(), options);
    }

    /** @param options beside a recent tier of 32, a working tier of 64 and 16 retrieved rows */
    static Decoder small(Map<String, Object> options) {
        var all = new HashMap<String, Object>(Map.of("recent", 32, "working", 64, "retrieved", 16, "exact", 8));
        all.putAll(options);
        return decoder(all);
    }

    private static Graph evaluation(int length, Map<String, Object> options) {
        var graph = new Graph();
        var logits = decoder(options).build(new Building(graph, Mode.EVALUATION, SETTINGS), graph.input("tokens", TensorType.i32(1, length))).logits();
        graph.output("logits", logits.slice(0, length - 1, length));
        return graph;
    }

    /** What comes after the last token by full attention. */
    static float[] full(int[] text) {
        return full(text, Map.of());
    }

    /** @param options of the attention, beside a recent tier as long as the text */
    static float[] full(int[] text, Map<String, Object> options) {
        try (var program = ENGINE.compile(evaluation(text.length, options), VALUES.fork())) {
            program.write("tokens", text);
            program.run();
            return program.floats("logits");
        }
    }

    static int[] text(int length, long seed) {
        return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
    }

    static MemorySettings settings() {
        return new MemorySettings(8, 4, 2, 8, 64, MemorySettings.Similarity.dot, MemorySettings.Rest.drop, true, Optional.empty());
    }
}
