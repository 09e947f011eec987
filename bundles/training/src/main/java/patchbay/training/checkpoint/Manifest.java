package patchbay.training.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.AtomicFile;

/**
 * What a checkpoint consists of.
 *
 * @param format 1
 * @param step how many steps are done
 * @param files by name
 * @param metadata whatever else is needed to go on, as JSON
 */
public record Manifest(int format, int step, Map<String, Content> files, Map<String, Object> metadata) {

    static final String FILE = "manifest.json";

    private static final int FORMAT = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** @param sha256 in hexadecimal */
    public record Content(long bytes, String sha256) {
    }

    public Manifest {
        if (files.containsValue(null)) {
            throw new UserError("a file of the manifest has no size and hash");
        }
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    Manifest(int step, Map<String, Content> files, Map<String, Object> metadata) {
        this(FORMAT, step, files, metadata);
    }

    void write(Path folder, AtomicFile.Opener opener) throws IOException {
        AtomicFile.write(folder.resolve(FILE), opener, out -> out.write(JSON.writeValueAsBytes(this)));
    }

    static Manifest read(Path folder) {
        var file = folder.resolve(FILE);
        try {
            var manifest = Optional.ofNullable(JSON.readValue(Files.readAllBytes(file), Manifest.class))
                    .orElseThrow(() -> new UserError(file + ": malformed: it holds only null"));
            if (manifest.format() != FORMAT) {
                throw new UserError(file + ": its format is " + manifest.format() + "; this version reads " + FORMAT);
            }
            return manifest;
        } catch (NoSuchFileException e) {
            throw new UserError(folder + ": incomplete, it has no " + FILE, e);
        } catch (JsonProcessingException e) {
            var problem = Optional.ofNullable(e.getOriginalMessage()).flatMap(message -> message.lines().findFirst());
            throw new UserError(file + ": malformed: " + problem.orElse("no manifest"), e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
