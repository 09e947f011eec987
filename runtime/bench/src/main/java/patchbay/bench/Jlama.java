package patchbay.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.engine.cpu.CpuEngine;
import patchbay.weights.safetensors.SafetensorsWriter;

/**
 * Jlama, from a folder of Llama's or Mixtral's form: the loop of its {@code generate}, without making text of the tokens. Its number of
 * threads is one for a process.
 */
final class Jlama implements Task {

    static final String NAME = "jlama";

    private final TemporaryFolder folder = new TemporaryFolder();
    private final AbstractModel model;
    private final KvBufferCache caches;
    private final AbstractTensor logits;

    Jlama(Llama llama, int threads) {
        write(llama, folder.path());
        model = ModelSupport.loadModel(folder.path().toFile(), null, DType.F32, DType.F32, Optional.empty(), Optional.of(threads));
        caches = new KvBufferCache(model);
        logits = model.makeDenseTensor(llama.vocabulary());
    }

    /** The model as its makers would publish it. */
    static void write(Llama llama, Path folder) {
        var config = new LinkedHashMap<String, Object>();
        config.put("model_type", llama.isDense() ? "llama" : "mixtral");
        config.put("max_position_embeddings", llama.context());
        config.put("hidden_size", llama.dim());
        config.put("intermediate_size", llama.hidden());
        config.put("num_attention_heads", llama.heads());
        config.put("num_key_value_heads", llama.heads());
        config.put("num_hidden_layers", llama.layers());
        config.put("rms_norm_eps", Llama.EPSILON);
        config.put("vocab_size", llama.vocabulary());
        config.put("bos_token_id", Decoding.FIRST);
        config.put("eos_token_id", 2);
        config.put("hidden_act", "silu");
        config.put("rope_theta", (double) Llama.ROTARY_BASE);
        if (!llama.isDense()) {
            config.put("num_local_experts", llama.experts());
            config.put("num_experts_per_tok", Llama.CHOSEN);
        }
        var tokenizer = Map.of("model", Map.of("type", "BPE", "unk_token", "<unk>", "fuse_unk", true, "byte_fallback", false,
                "vocab", Map.of("<unk>", 0), "merges", List.of()));
        try (var engine = new CpuEngine(1)) {
            var json = new ObjectMapper();
            json.writeValue(folder.resolve("config.json").toFile(), config);
            json.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
            // It adds up what the experts yield and does not weigh it.
            SafetensorsWriter.write(folder.resolve("model.safetensors"), llama.tensors(llama.values(engine), 1f / Llama.CHOSEN), Map.of());
        } catch (IOException error) {
            throw new UncheckedIOException("a model for Jlama: " + error.getMessage(), error);
        }
    }

    @Override
    public void run() {
        int token = Decoding.FIRST;
        try (var cache = caches.getEphemeralKvBuffer()) {
            for (int position = 0; position < Decoding.TOKENS; position++) {
                token = next(token, position, cache);
            }
        }
    }

    private int next(int token, int position, KvBufferCache.KvBuffer cache) {
        try (var output = model.forward(token, position, cache, Optional.empty())) {
            cache.incrementContextPosition();
            return model.sample(output, 0, 0, logits);
        }
    }

    @Override
    public float[] result() {
        var proof = Decoding.proof();
        try (var cache = caches.getEphemeralKvBuffer()) {
            for (int position = 0; position < proof.length; position++) {
                next(proof[position], position, cache);
            }
        }
        var values = new float[Math.toIntExact(logits.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = logits.get(0, i);
        }
        return Decoding.standardized(values);
    }

    @Override
    public void close() {
        logits.close();
        caches.close();
        model.close();
        folder.close();
    }
}
