package patchbay.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/** A tokenizer as JSON: {@code {"tokenizer": "char", "characters": "...", "end-of-document": true}}. */
final class TokenizerFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TokenizerFile() {
    }

    static String json(Tokenizer tokenizer) {
        var json = JSON.createObjectNode().put("tokenizer", tokenizer.name());
        if (tokenizer instanceof CharTokenizer chars) {
            json.put("characters", chars.characters()).put("end-of-document", chars.ends());
        }
        return json.toString();
    }

    static void write(Tokenizer tokenizer, Path file) {
        try {
            Files.writeString(file, json(tokenizer) + "\n");
        } catch (IOException e) {
            throw new UserError("cannot write the tokenizer to " + file + ": " + Utf8.reason(e), e);
        }
    }

    static Tokenizer read(Path file) {
        try {
            return parse(Files.readString(file), file);
        } catch (IOException e) {
            throw new UserError("cannot read the tokenizer from " + file + ": " + Utf8.reason(e), e);
        }
    }

    /** @param file where the text comes from */
    static Tokenizer parse(String text, Path file) {
        try {
            var json = JSON.readTree(text);
            return switch (json.path("tokenizer").asText()) {
                case "byte" -> new ByteTokenizer();
                case "char" -> new CharTokenizer(characters(json, file), json.path("end-of-document").asBoolean());
                default -> throw new UserError(file + " holds no tokenizer: its \"tokenizer\" is neither \"byte\" nor \"char\"");
            };
        } catch (JsonProcessingException e) {
            throw new UserError(file + " holds no tokenizer: " + e.getOriginalMessage(), e);
        }
    }

    private static String characters(JsonNode json, Path file) {
        var characters = json.path("characters").asText();
        if (characters.isEmpty()) {
            throw new UserError(file + " holds no char tokenizer: it has no \"characters\"");
        }
        return characters;
    }
}
