package patchbay.bench;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import de.kherud.llama.args.LogFormat;
import de.kherud.llama.args.PoolingType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.engine.cpu.CpuEngine;
import patchbay.weights.safetensors.HostTensor;

/** llama.cpp through its Java binding, from a file with the same weights in f32 and with a cache of f32. */
final class LlamaCpp implements Task {

    static final String NAME = "llama.cpp";

    /** Kinds of tokens in its files. */
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int BYTE = 6;
    private static final int BYTES_END = Decoding.BYTES + 256;

    private final TemporaryFolder folder = new TemporaryFolder();
    private final Path file = folder.path().resolve("model.gguf");
    private final Llama llama;
    private final int threads;
    private final LlamaModel model;

    LlamaCpp(Llama llama, int threads) {
        this.llama = llama;
        this.threads = threads;
        write(llama, file);
        load();
        model = new LlamaModel(parameters());
    }

    /** It prints where it unpacks itself, among the figures. */
    private static void load() {
        var out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            LlamaModel.setLogger(LogFormat.TEXT, (_, _) -> {});
        } finally {
            System.setOut(out);
        }
    }

    private ModelParameters parameters() {
        return new ModelParameters().setModel(file.toString()).setThreads(threads).setThreadsBatch(threads).setCtxSize(llama.context())
                .setGpuLayers(0).setCacheTypeK(CacheType.F32).setCacheTypeV(CacheType.F32).disableLog();
    }

    /** The model as one file. */
    static void write(Llama llama, Path file) {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("general.architecture", "llama");
        settings.put("general.name", "random");
        settings.put("general.file_type", 0);
        settings.put("llama.context_length", llama.context());
        settings.put("llama.embedding_length", llama.dim());
        settings.put("llama.block_count", llama.layers());
        settings.put("llama.feed_forward_length", llama.hidden());
        settings.put("llama.attention.head_count", llama.heads());
        settings.put("llama.attention.head_count_kv", llama.heads());
        settings.put("llama.attention.layer_norm_rms_epsilon", Llama.EPSILON);
        settings.put("llama.rope.dimension_count", llama.dim() / llama.heads());
        settings.put("llama.rope.freq_base", Llama.ROTARY_BASE);
        settings.put("llama.vocab_size", llama.vocabulary());
        if (!llama.isDense()) {
            settings.put("llama.expert_count", llama.experts());
            settings.put("llama.expert_used_count", Llama.CHOSEN);
        }
        var names = new ArrayList<String>();
        var kinds = new ArrayList<Integer>();
        for (int token = 0; token < llama.vocabulary(); token++) {
            names.add(name(token));
            kinds.add(token == 0 ? UNKNOWN : token < Decoding.BYTES ? CONTROL : token < BYTES_END ? BYTE : NORMAL);
        }
        settings.put("tokenizer.ggml.model", "llama");
        settings.put("tokenizer.ggml.tokens", names);
        settings.put("tokenizer.ggml.scores", Collections.nCopies(names.size(), 0f));
        settings.put("tokenizer.ggml.token_type", kinds);
        settings.put("tokenizer.ggml.unknown_token_id", 0);
        settings.put("tokenizer.ggml.bos_token_id", Decoding.FIRST);
        settings.put("tokenizer.ggml.eos_token_id", 2);
        settings.put("tokenizer.ggml.add_bos_token", true);
        settings.put("tokenizer.ggml.add_space_prefix", false);
        try (var engine = new CpuEngine(1)) {
            Gguf.write(file, settings, tensors(llama, llama.tensors(llama.values(engine), 1)));
        } catch (IOException error) {
            throw new UncheckedIOException("a model for llama.cpp: " + error.getMessage(), error);
        }
    }

    private static String name(int token) {
        return switch (token) {
            case 0 -> "<unk>";
            case 1 -> "<s>";
            case 2 -> "</s>";
            default -> token < BYTES_END ? String.format("<0x%02X>", token - Decoding.BYTES) : "t" + token;
        };
    }

    /** By its names for them; experts' matrices in one, and queries and keys in its order of a head's dimensions. */
    private static List<HostTensor> tensors(Llama llama, List<HostTensor> originals) {
        var names = Map.ofEntries(Map.entry("model.embed_tokens.weight", "token_embd.weight"), Map.entry("model.norm.weight", "output_norm.weight"),
                Map.entry("input_layernorm.weight", "attn_norm.weight"), Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
                Map.entry("self_attn.q_proj.weight", "attn_q.weight"), Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
                Map.entry("self_attn.v_proj.weight", "attn_v.weight"), Map.entry("self_attn.o_proj.weight", "attn_output.weight"),
                Map.entry("mlp.gate_proj.weight", "ffn_gate.weight"), Map.entry("mlp.up_proj.weight", "ffn_up.weight"),
                Map.entry("mlp.down_proj.weight", "ffn_down.weight"), Map.entry("block_sparse_moe.gate.weight", "ffn_gate_inp.weight"),
                Map.entry("w1.weight", "ffn_gate_exps.weight"), Map.entry("w2.weight", "ffn_down_exps.weight"), Map.entry("w3.weight", "ffn_up_exps.weight"));
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (var original : originals) {
            var part = original.name().replaceFirst("^model\\.layers\\.\\d+\\.", "").replaceFirst("^block_sparse_moe\\.experts\\.\\d+\\.", "");
            var name = original.name().startsWith("model.layers.")
                    ? "blk." + original.name().split("\\.")[2] + "." + names.get(part) : names.get(original.name());
            int[] shape = original.shape().stream().mapToInt(Math::toIntExact).toArray();
            var values = (float[]) original.array();
            if (part.matches("w[123]\\.weight")) {
                var all = tensors.computeIfAbsent(name, _ -> HostTensor.of(name, new int[] {llama.experts(), shape[0], shape[1]},
                        new float[llama.experts() * values.length]));
                int expert = Integer.parseInt(original.name().split("\\.")[5]);
                System.arraycopy(values, 0, (float[]) all.array(), expert * values.length, values.length);
            } else {
                boolean rotated = part.matches("self_attn\\.[qk]_proj\\.weight");
                tensors.put(name, HostTensor.of(name, shape, rotated ? interleaved(values, llama.heads(), shape[1]) : values));
            }
        }
        return List.copyOf(tensors.values());
    }

    /** Its rotary position turns dimensions 2j and 2j + 1 of a head by one angle, where the original turns j and j + half. */
    private static float[] interleaved(float[] rows, int heads, int in) {
        var turned = new float[rows.length];
        int size = rows.length / in / heads;
        for (int row = 0; row < heads * size; row++) {
            int within = row % size;
            int from = row - within + within / 2 + within % 2 * (size / 2);
            System.arraycopy(rows, from * in, turned, row * in, in);
        }
        return turned;
    }

    @Override
    public void run() {
        model.generate(new InferenceParameters("").setNPredict(Decoding.TOKENS).setTemperature(0).setIgnoreEos(true).setCachePrompt(false))
                .forEach(_ -> {});
    }

    /**
     * The binding tells no logits. As the output projection is the embedding, they are the products of its rows with what a second
     * copy of the model tells as the last token's embedding, but for the scale.
     */
    @Override
    public float[] result() {
        float[] last;
        try (var embedding = new LlamaModel(parameters().enableEmbedding().setPoolingType(PoolingType.LAST))) {
            last = embedding.embed(Decoding.PROOF);
        }
        try (var engine = new CpuEngine(1)) {
            var variables = llama.values(engine);
            var rows = new float[llama.vocabulary() * llama.dim()];
            variables.read("embedding.tokens", rows);
            var logits = new float[llama.vocabulary()];
            for (int token = 0; token < logits.length; token++) {
                for (int i = 0; i < last.length; i++) {
                    logits[token] += rows[token * last.length + i] * last[i];
                }
            }
            return Decoding.standardized(logits);
        }
    }

    @Override
    public void close() {
        model.close();
        folder.close();
    }
}
