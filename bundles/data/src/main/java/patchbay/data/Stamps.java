package patchbay.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.data.sets.DataCache;
import patchbay.data.sets.DataSet;
import patchbay.data.sets.Stamp;
import patchbay.tensor.UserError;

/**
 * Tux Paint's pictures, each once for every language that it is described in aloud: the picture, its caption in that language and in English, and the speech. The label is
 * the language. With one language each picture comes once. All languages of a picture are trained on, or all are held out. {@code data.domains} are the languages to read,
 * {@code data.limit} how many pictures, taken evenly from all.
 *
 * <p>Who speaks is not said in the package; a language may have one speaker, and then to know the language is to know a voice.
 */
final class Stamps implements Collection {

    @Override
    public String name() {
        return "stamps";
    }

    @Override
    public List<String> modalities() {
        return List.of("image", "text", "english", "sound");
    }

    @Override
    public String availability() {
        return DataCache.standard().availability(DataSet.named(name()));
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        var folder = settings.path().isBlank() ? DataCache.standard().require(name()) : Path.of(settings.path());
        if (!Files.isDirectory(folder)) {
            throw new UserError("data.path: there is no folder " + folder.toAbsolutePath() + "; leave it empty for those that './patchbay data get stamps' fetches");
        }
        var stamps = Stamp.in(folder);
        var selection = new Selection(settings);
        var known = Stamp.languages(stamps);
        selection.check(known);
        var languages = known.stream().filter(selection::accepts).toList();
        var training = new ArrayList<Example>();
        var heldOut = new ArrayList<Example>();
        long count = settings.limit() == 0 ? stamps.size() : Math.min(settings.limit(), stamps.size());
        for (long i = 0; i < count; i++) {
            int number = (int) (i * stamps.size() / count);
            var side = CounterRandom.unit(CounterRandom.bits(seed, number)) < settings.validation() ? heldOut : training;
            var stamp = stamps.get(number);
            languages.stream().filter(stamp.speech()::containsKey).forEach(language -> side.add(example(stamp, language, languages.indexOf(language))));
        }
        return Examples.of(training, heldOut.isEmpty() ? Map.of() : Map.of("pictures", heldOut), languages, "2");
    }

    private static Example example(Stamp stamp, String language, int label) {
        var parts = new LinkedHashMap<String, Example.Media>();
        parts.put("image", stamp::png);
        caption(stamp, language).ifPresent(caption -> parts.put("text", () -> caption.getBytes(StandardCharsets.UTF_8)));
        parts.put("english", () -> stamp.caption().getBytes(StandardCharsets.UTF_8));
        parts.put("sound", () -> stamp.spoken(language).orElseThrow());
        return new Example(stamp.name() + " in " + language, label, parts);
    }

    private static Optional<String> caption(Stamp stamp, String language) {
        return language.equals("en") ? Optional.of(stamp.caption()) : Optional.ofNullable(stamp.captions().get(language));
    }
}
