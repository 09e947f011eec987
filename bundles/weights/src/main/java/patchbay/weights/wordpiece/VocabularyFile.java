package patchbay.weights.wordpiece;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Printable;

/** A vocabulary as it is kept in files: {@code vocab.txt} or {@code tokenizer.json}. */
final class VocabularyFile {

    /** The largest that are known take 20 MB. */
    private static final long LARGEST = 64 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private VocabularyFile() {}

    static WordPiece read(Path file, boolean lowerCase) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new UserError(file + ": it has " + Files.size(file) + " bytes; a vocabulary has at most " + LARGEST);
            }
            return file.getFileName().toString().endsWith(".json") ? json(file)
                    : new WordPiece(file, Files.readAllLines(file), Normalization.of(lowerCase));
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": it is not UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": it is malformed: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static WordPiece json(Path file) throws IOException {
        var json = JSON.readTree(Files.readAllBytes(file));
        var model = json.path("model");
        var pieces = model.path("continuing_subword_prefix").asText("##");
        if (!model.path("type").asText("WordPiece").equals("WordPiece") || !pieces.equals("##") || !model.path("vocab").isObject()) {
            throw new UserError(file + ": it describes a tokenizer of the kind '" + Printable.of(model.path("type").asText("?"))
                    + "'; read is WordPiece with pieces that begin with ##");
        }
        return new WordPiece(file, tokens(file, model.path("vocab")), normalization(file, json.path("normalizer")));
    }

    private static List<String> tokens(Path file, JsonNode vocabulary) {
        var tokens = new String[vocabulary.size()];
        for (var entry : vocabulary.properties()) {
            int id = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
            if (id < 0 || id >= tokens.length || tokens[id] != null) {
                throw new UserError(file + ": token '" + Printable.of(entry.getKey()) + "' has the id " + Printable.of(entry.getValue().toString()) + "; the " + tokens.length
                        + " tokens have each one from 0 on");
            }
            tokens[id] = entry.getKey();
        }
        return Arrays.asList(tokens);
    }

    private static Normalization normalization(Path file, JsonNode normalizer) {
        if (!normalizer.path("type").asText("").equals("BertNormalizer")) {
            throw new UserError(file + ": it has the normalizer '" + Printable.of(normalizer.path("type").asText("none")) + "'; read is BertNormalizer");
        }
        boolean lowerCase = normalizer.path("lowercase").asBoolean(true);
        return new Normalization(normalizer.path("clean_text").asBoolean(true), normalizer.path("handle_chinese_chars").asBoolean(true),
                !normalizer.path("strip_accents").asBoolean(lowerCase), lowerCase);
    }
}
