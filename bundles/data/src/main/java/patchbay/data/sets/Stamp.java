package patchbay.data.sets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/**
 * A picture of Tux Paint's, its captions, and what is to be heard with it.
 *
 * @param name its place, {@code animals/birds/crow}
 * @param caption in English
 * @param captions in other languages, by language: {@code fr}, {@code pt_BR}
 * @param picture a PNG file; stamps that are drawn by lines alone (SVG) are left out
 * @param sound what it sounds like, an Ogg Vorbis or WAV file
 * @param speech the caption, or more of a description, spoken: a file by language
 */
public record Stamp(String name, String caption, Map<String, String> captions, Path picture, Optional<Path> sound, Map<String, Path> speech) {

    private static final List<String> SOUNDS = List.of(".ogg", ".wav");
    private static final String TRANSLATION = ".utf8=";

    public Stamp {
        captions = Map.copyOf(captions);
        speech = Map.copyOf(speech);
    }

    /** The first folder of its place: {@code animals}. */
    public String category() {
        return name.substring(0, name.indexOf('/'));
    }

    /** The picture as a PNG file's bytes. */
    public byte[] png() {
        return Stored.bytes(picture);
    }

    /** What is said in {@code language}, as a file's bytes. */
    public Optional<byte[]> spoken(String language) {
        return Optional.ofNullable(speech.get(language)).map(Stored::bytes);
    }

    /** All that have a picture and a caption, in their names' order. @throws UserError if they are not in {@code cache}, or broken */
    public static List<Stamp> all(DataCache cache) {
        return in(cache.require("stamps"));
    }

    /** Those of a folder. */
    public static List<Stamp> in(Path folder) {
        var files = new TreeMap<String, Path>(); // by name, with slashes on every system
        try (var walk = Files.walk(folder)) {
            walk.filter(Files::isRegularFile).forEach(file -> files.put(folder.relativize(file).toString().replace('\\', '/'), file));
        } catch (IOException e) {
            throw Stored.unreadable(folder, e);
        }
        var speech = speech(files);
        var all = new ArrayList<Stamp>();
        for (var name : files.keySet().stream().filter(file -> file.endsWith(".png") && file.indexOf('/') > 0).map(file -> file.substring(0, file.length() - 4)).sorted().toList()) {
            if (files.containsKey(name + ".txt")) {
                var lines = new String(Stored.bytes(files.get(name + ".txt")), StandardCharsets.UTF_8).lines().map(String::strip).toList();
                var sound = SOUNDS.stream().map(kind -> files.get(name + kind)).flatMap(file -> Optional.ofNullable(file).stream()).findFirst();
                all.add(new Stamp(name, lines.isEmpty() ? "" : lines.getFirst(), translations(lines), files.get(name + ".png"), sound,
                        speech.getOrDefault(name, Map.of())));
            }
        }
        all.removeIf(stamp -> stamp.caption.isEmpty());
        if (all.isEmpty()) {
            throw new UserError(folder + " has no picture with a caption");
        }
        return all;
    }

    /** The languages that something is spoken in, in alphabetical order. */
    public static List<String> languages(List<Stamp> stamps) {
        return stamps.stream().flatMap(stamp -> stamp.speech.keySet().stream()).distinct().sorted().toList();
    }

    /** Files of the form {@code crow_desc_fr.ogg}, in English {@code crow_desc.ogg}: by stamp and language. */
    private static Map<String, Map<String, Path>> speech(Map<String, Path> files) {
        var speech = new HashMap<String, Map<String, Path>>();
        files.forEach((file, path) -> {
            int mark = file.lastIndexOf("_desc");
            int end = file.indexOf('.', Math.max(0, mark));
            if (mark > 0 && end > 0 && SOUNDS.stream().anyMatch(file::endsWith)) {
                var language = file.substring(mark + "_desc".length(), end).replaceFirst("^_", "");
                speech.computeIfAbsent(file.substring(0, mark), _ -> new TreeMap<>()).putIfAbsent(language.isEmpty() ? "en" : language, path);
            }
        });
        return speech;
    }

    private static Map<String, String> translations(List<String> lines) {
        return lines.stream().filter(line -> line.indexOf(TRANSLATION) > 0)
                .collect(Collectors.toMap(line -> line.substring(0, line.indexOf(TRANSLATION)), line -> line.substring(line.indexOf(TRANSLATION) + TRANSLATION.length()),
                        (first, _) -> first));
    }
}
