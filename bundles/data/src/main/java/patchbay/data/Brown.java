package patchbay.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Collectors;
import patchbay.data.sets.DataCache;
import patchbay.data.sets.DataSet;
import patchbay.tensor.UserError;

/**
 * The Brown corpus (Francis and Kučera, 1964): a document a sample, a domain a genre. Its words have their parts of speech after a slash, which are
 * taken away; a line of the text is a sentence, with spaces as they are printed. Reads the data set {@code brown}, or another folder of its layout.
 */
final class Brown implements Source {

    private static final String GENRES = "cats.txt";
    private static final String FORMULA = "**"; // begins a word that stands for what could not be typed
    private static final String CLOSING = ".,;:?!)'";

    @Override
    public String name() {
        return "brown";
    }

    @Override
    public String availability() {
        return DataCache.standard().availability(DataSet.named(name()));
    }

    @Override
    public Corpus read(DataSettings settings) {
        var folder = settings.path().isBlank() ? DataCache.standard().require(name()) : Path.of(settings.path());
        var selection = new Selection(settings);
        try {
            var genres = Files.readAllLines(folder.resolve(GENRES)).stream().map(line -> line.strip().split("\\s+")).filter(words -> words.length == 2).toList();
            var domains = genres.stream().map(words -> words[1]).distinct().sorted().toList();
            selection.check(domains);
            var documents = new ArrayList<Document>();
            for (var words : genres) {
                if (selection.accepts(words[1])) {
                    documents.add(new Document(words[0], text(Utf8.read(folder.resolve(words[0]), 0)), domains.indexOf(words[1])));
                }
            }
            var sizes = documents.stream().mapToLong(document -> document.text().length()).toArray(); // ASCII, but for quotation marks
            var chosen = selection.choose(sizes);
            return Corpus.of(name(), chosen.stream().mapToObj(documents::get).toList(), domains);
        } catch (IOException e) {
            throw new UserError("data.path: " + folder + " has no Brown corpus with a " + GENRES + ": " + Utf8.reason(e) + "; leave data.path empty for the data set 'brown'", e);
        }
    }

    /** As it was printed: {@code The/at jury/nn said/vbd ,/,} is {@code The jury said,}. */
    static String text(String tagged) {
        return tagged.lines().map(String::strip).filter(line -> !line.isEmpty()).map(Brown::sentence).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String sentence(String tagged) {
        var sentence = new StringBuilder();
        boolean open = true; // nothing, or what no space follows
        for (var token : tagged.split("\\s+")) {
            int slash = token.lastIndexOf('/');
            var word = slash > 0 ? token.substring(0, slash) : token;
            if (word.startsWith(FORMULA)) {
                continue;
            }
            boolean closing = word.equals("''") || word.length() == 1 && CLOSING.contains(word);
            if (!open && !closing) {
                sentence.append(' ');
            }
            sentence.append(switch (word) {
                case "``" -> "“";
                case "''" -> "”";
                default -> word;
            });
            open = word.equals("``") || word.equals("(");
        }
        return sentence.toString();
    }
}
