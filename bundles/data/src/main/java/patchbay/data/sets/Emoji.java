package patchbay.data.sets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/**
 * A pictograph of Unicode's, drawn by several artists.
 *
 * @param code its code points in hexadecimal, {@code 0023-FE0F-20E3}; in their order emoji are told apart
 * @param name {@code smiling face with hearts}
 * @param tags other words for it, in alphabetical order
 * @param category one of ten: {@code Food & Drink}
 */
public record Emoji(String code, String name, List<String> tags, String category, Map<Artist, Path> files) {

    /** Whose hand a picture is from. */
    public enum Artist {
        GOOGLE,
        TWITTER
    }

    public Emoji {
        tags = List.copyOf(tags);
        files = Map.copyOf(files);
    }

    /** The picture, 64 × 64 with alpha, as a PNG file's bytes. */
    public byte[] png(Artist artist) {
        return Stored.bytes(files.get(artist));
    }

    /** All that both artists have drawn, in their codes' order, without variants of skin. @throws UserError if they are not in {@code cache}, or broken */
    public static List<Emoji> all(DataCache cache) {
        var folder = cache.require("emoji");
        var labels = new HashMap<String, JsonNode>();
        json(folder.resolve("labels.json")).forEach(label -> labels.put(joined(label.path("hexcode").asText()), label));
        var all = new ArrayList<Emoji>();
        for (var entry : json(folder.resolve("emoji.json"))) {
            var files = new EnumMap<Artist, Path>(Artist.class);
            for (var artist : Artist.values()) {
                var file = folder.resolve(artist.name().toLowerCase(Locale.ROOT)).resolve(entry.path("image").asText());
                if (Files.isRegularFile(file)) {
                    files.put(artist, file);
                }
            }
            var code = entry.path("unified").asText();
            var label = labels.get(joined(code));
            if (label != null && files.size() == Artist.values().length) {
                var tags = new ArrayList<String>();
                label.path("tags").forEach(tag -> tags.add(tag.asText()));
                all.add(new Emoji(code, label.path("label").asText(), tags, entry.path("category").asText(), files));
            }
        }
        if (all.isEmpty()) {
            throw new UserError(folder + " has no emoji that both artists have drawn");
        }
        all.sort(Comparator.comparing(Emoji::code));
        return all;
    }

    /** By what the sources are joined: they do not agree about leading zeros and the mark of a picture, FE0F. */
    private static String joined(String code) {
        return Arrays.stream(code.split("-")).map(point -> point.replaceFirst("^0+", "").toUpperCase(Locale.ROOT))
                .filter(point -> !point.equals("FE0F")).collect(Collectors.joining("-"));
    }

    private static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(Stored.bytes(file));
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }
}
