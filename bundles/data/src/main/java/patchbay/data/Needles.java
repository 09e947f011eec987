package patchbay.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Java sources with comments between their lines that say facts, again and again: to learn to copy from far back. Of every file there are three
 * documents: in the domain {@code dense} lines are cut short and most of the text are facts, in {@code sparse} there is more of the code, and in {@code far} still
 * more, and a fact may come again after thirty others. The domain {@code facts} has no code at all.
 */
final class Needles implements Source {

    private static final List<String> DOMAINS = List.of("dense", "facts", "far", "sparse");
    private static final int PURE = 64; // documents of facts alone
    private static final int PURE_FACTS = 4000;

    /**
     * @param width characters of a line of code that are kept
     * @param often probability of a fact after each line, and again after each fact
     * @param again probability that it is one of the last
     * @param last how many are the last
     */
    private record Planting(String domain, int width, double often, double again, int last) {}

    private static final List<Planting> AMONG_CODE = List.of(new Planting("dense", 40, 0.75, 0.75, 4), new Planting("sparse", 80, 0.5, 0.7, 8),
            new Planting("far", 100, 0.3, 0.7, 30));
    private static final Planting ALONE = new Planting("facts", 0, 0.8, 0.78, 3);

    @Override
    public String name() {
        return "needles";
    }

    @Override
    public String availability() {
        return new JavaSources().availability();
    }

    @Override
    public Corpus read(DataSettings settings) {
        var selection = new Selection(settings);
        selection.check(DOMAINS);
        var code = new JavaSources().read(new DataSettings("java", settings.path(), settings.tokenizer(), settings.validation(), settings.limit(),
                settings.shortest(), settings.path().isBlank() ? List.of("java.base") : List.of()));
        var documents = new ArrayList<Document>();
        for (int i = 0; i < code.documents().size(); i++) {
            var file = code.documents().get(i);
            for (var planting : AMONG_CODE) {
                if (selection.accepts(planting.domain)) {
                    documents.add(new Document(file.name() + ", " + planting.domain, planted(file.text(), planting, new SplittableRandom(i)),
                            DOMAINS.indexOf(planting.domain)));
                }
            }
        }
        for (int i = 0; i < PURE && selection.accepts(ALONE.domain); i++) {
            documents.add(new Document("facts " + i, planted("\n".repeat(PURE_FACTS / 4), ALONE, new SplittableRandom(-1 - i)),
                    DOMAINS.indexOf(ALONE.domain)));
        }
        return Corpus.of(name(), documents, DOMAINS);
    }

    private static String planted(String code, Planting planting, SplittableRandom random) {
        var text = new StringBuilder();
        var facts = new ArrayList<Fact>();
        var names = new HashSet<String>();
        code.lines().forEach(line -> {
            if (planting.width > 0) {
                text.append(line, 0, Math.min(line.length(), planting.width)).append('\n');
            }
            while (random.nextDouble() < planting.often) {
                if (facts.isEmpty() || random.nextDouble() >= planting.again) {
                    facts.add(Stream.generate(() -> Fact.any(random)).filter(fact -> names.add(fact.name())).findFirst().orElseThrow());
                }
                text.append(facts.get(facts.size() - 1 - random.nextInt(Math.min(planting.last, facts.size()))).line());
            }
        });
        return text.toString();
    }
}
