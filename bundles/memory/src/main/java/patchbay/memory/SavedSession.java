package patchbay.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.model.Cache;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsFile;
import patchbay.weights.safetensors.SafetensorsWriter;

/** A session in a file of safetensors: its caches, the attention that their rows got, the working tiers, the recent tokens; the settings as metadata. */
record SavedSession(Path file, SafetensorsFile content) implements AutoCloseable {

    static SavedSession open(Path file) {
        return new SavedSession(file, SafetensorsFile.open(file));
    }

    static void write(MemorySession session, Path file) throws IOException {
        var tensors = new ArrayList<HostTensor>();
        tensors.add(HostTensor.of("tokens", new int[] {session.tokens().length}, session.tokens().clone()));
        tensors.add(HostTensor.of("logits", new int[] {session.logits().length}, session.logits()));
        session.caches().forEach(cache -> tensors.add(HostTensor.of(cache.name(), cache.type().shape().dims(), session.read(cache))));
        for (var layer : session.layers()) {
            var tier = layer.working();
            int groups = layer.groups();
            int width = groups * layer.dim();
            tensors.add(HostTensor.of(layer.path() + ".attention", new int[] {groups, layer.attention()[0].length}, joined(layer.attention())));
            tensors.add(HostTensor.of(layer.path() + ".working-keys", new int[] {tier.used(), groups, layer.dim()}, Arrays.copyOf(tier.keys(), tier.used() * width)));
            tensors.add(HostTensor.of(layer.path() + ".working-values", new int[] {tier.used(), groups, layer.dim()},
                    Arrays.copyOf(tier.values(), tier.used() * width)));
            for (int g = 0; g < groups; g++) {
                tensors.add(HostTensor.of(layer.path() + ".working-attention." + g, new int[] {tier.used()}, tier.attention(g)));
                tensors.add(HostTensor.of(layer.path() + ".working-positions." + g, new int[] {tier.used()},
                        Arrays.stream(tier.positions(g)).mapToInt(Math::toIntExact).toArray()));
            }
        }
        SafetensorsWriter.write(file, tensors, metadata(session));
    }

    private static float[] joined(float[][] rows) {
        var all = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, all, row * rows[0].length, rows[0].length);
        }
        return all;
    }

    private static Map<String, String> metadata(MemorySession session) {
        var settings = session.settings();
        var data = new LinkedHashMap<String, String>();
        data.put("model", session.model());
        data.put("position", Integer.toString(session.position()));
        data.put("left", Long.toString(session.left()));
        data.put("sources", String.join("\n", session.sources()));
        data.put("chunk", Integer.toString(settings.chunk()));
        data.put("block", Integer.toString(settings.block()));
        data.put("grain", Integer.toString(settings.grain()));
        data.put("probes", Integer.toString(settings.probes()));
        data.put("candidates", Integer.toString(settings.candidates()));
        data.put("similarity", settings.similarity().name());
        data.put("rest", settings.rest().name());
        data.put("working", Boolean.toString(settings.working()));
        settings.shared().ifPresent(name -> data.put("shared", name));
        return data;
    }

    MemorySettings settings() {
        var data = content.metadata();
        try {
            return new MemorySettings(number("chunk"), number("block"), number("grain"), number("probes"), number("candidates"),
                    MemorySettings.Similarity.valueOf(data.get("similarity")), MemorySettings.Rest.valueOf(data.get("rest")),
                    Boolean.parseBoolean(data.get("working")), Optional.ofNullable(data.get("shared")));
        } catch (IllegalArgumentException | NullPointerException missing) {
            throw new UserError(file + " is no saved session: " + missing.getMessage(), missing);
        }
    }

    private int number(String key) {
        return Integer.parseInt(content.metadata().get(key));
    }

    /** @throws UserError if it is another model's */
    void restore(MemorySession session) {
        if (!session.model().equals(content.metadata().get("model"))) {
            throw new UserError(file + " was saved with other weights than this model's: what it holds means nothing to them");
        }
        for (Cache cache : session.caches()) {
            session.write(cache, content.floats(cache.name()));
        }
        for (var layer : session.layers()) {
            int groups = layer.groups();
            var attention = content.floats(layer.path() + ".attention");
            int recent = attention.length / groups;
            for (int g = 0; g < groups; g++) {
                System.arraycopy(attention, g * recent, layer.attention()[g], 0, recent);
            }
            var gots = new float[groups][];
            var positions = new long[groups][];
            for (int g = 0; g < groups; g++) {
                gots[g] = content.floats(layer.path() + ".working-attention." + g);
                positions[g] = Arrays.stream(content.ints(layer.path() + ".working-positions." + g)).asLongStream().toArray();
            }
            layer.working().restore(gots[0].length, content.floats(layer.path() + ".working-keys"), content.floats(layer.path() + ".working-values"), gots, positions);
            layer.showWorking();
        }
        session.restore(number("position"), Long.parseLong(content.metadata().get("left")), List.of(content.metadata().get("sources").split("\n")),
                content.ints("tokens"), content.floats("logits"));
    }

    @Override
    public void close() {
        content.close();
    }
}
