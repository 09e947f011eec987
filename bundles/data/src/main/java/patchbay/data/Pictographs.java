package patchbay.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import patchbay.data.sets.DataCache;
import patchbay.data.sets.DataSet;
import patchbay.data.sets.Emoji;
import patchbay.data.sets.Emoji.Artist;

/**
 * Emoji: a picture, a caption (name and tags: {@code crow: bird, black}) and as the label one of ten categories. Trained on is what one artist, Google's, has drawn. Held out are
 * {@code emoji}, the part {@code data.validation} of them, which nothing is learnt of; {@code artist}, those that are trained on as the other artist, Twitter's, has drawn them; and
 * {@code both}, the other artist's of the first. {@code data.domains} names categories, {@code data.limit} is how many are taken.
 */
final class Pictographs implements Collection {

    @Override
    public String name() {
        return "emoji";
    }

    @Override
    public List<String> modalities() {
        return List.of("image", "text");
    }

    @Override
    public String availability() {
        return DataCache.standard().availability(DataSet.named(name()));
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        return read(Emoji.all(DataCache.standard()), settings, seed);
    }

    static Examples read(List<Emoji> emoji, DataSettings settings, long seed) {
        var selection = new Selection(settings);
        var categories = emoji.stream().map(Emoji::category).distinct().sorted().toList();
        selection.check(categories);
        var labels = categories.stream().filter(selection::accepts).toList();
        var chosen = emoji.stream().filter(one -> selection.accepts(one.category())).toList();
        var training = new ArrayList<Example>();
        var unknown = new ArrayList<Example>();
        var other = new ArrayList<Example>();
        var both = new ArrayList<Example>();
        var taken = settings.limit() == 0 ? chosen : HeldOutExamples.evenly(chosen, settings.limit());
        for (int number = 0; number < taken.size(); number++) {
            boolean held = Digits.held(settings, seed, number);
            (held ? unknown : training).add(example(taken.get(number), Artist.GOOGLE, labels));
            (held ? both : other).add(example(taken.get(number), Artist.TWITTER, labels));
        }
        var heldOut = new LinkedHashMap<String, List<Example>>();
        if (!unknown.isEmpty()) {
            heldOut.put("emoji", unknown);
            heldOut.put("both", both);
        }
        heldOut.put("artist", other);
        return Examples.of(training, heldOut, labels, "emoji");
    }

    private static Example example(Emoji emoji, Artist artist, List<String> labels) {
        var parts = new LinkedHashMap<String, Example.Media>();
        parts.put("image", () -> emoji.png(artist));
        parts.put("text", () -> caption(emoji).getBytes(StandardCharsets.UTF_8));
        return new Example(emoji.name() + " by " + artist, labels.indexOf(emoji.category()), parts);
    }

    private static String caption(Emoji emoji) {
        return emoji.tags().isEmpty() ? emoji.name() : emoji.name() + ": " + String.join(", ", emoji.tags());
    }
}
