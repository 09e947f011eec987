package patchbay.shell;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Generation;
import patchbay.model.Fitting;
import patchbay.model.Options;

/** {@code rules}: what the experts that are rules have learnt. */
@Component(service = RulesCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=rules"})
public final class RulesCommand {

    private static final Usage USAGE = Usage.words("rules [RUN]", 0, 1);
    private static final int LIKED = 5;

    private final Runs runs;

    @Activate
    public RulesCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("shows the rules of the experts that are rules: for how many tokens of the training each fired, the length of its vector, and "
            + "the tokens whose embeddings are most like it (where several experts have the same rules, of the first one's vector)")
    public void rules(CommandSession session, @Descriptor("[RUN]") String[] words) throws InterruptedException {
        var folder = runs.folder(USAGE.parse(words).optional(0));
        var generation = runs.generation(folder);
        var rules = generation.decoder().rack().fittings().values().stream()
                .filter(fitting -> fitting.offer().name().equals("rule") && generation.values().contains(fitting.socket().path() + ".fired")).toList();
        if (rules.isEmpty()) {
            Output.of(session).line("no expert of run " + folder.id() + " is a rule; put one in with 'swap SOCKET rule rules=@FILE'");
            return;
        }
        var table = new Table("socket", "rule", "fired", "length", "most like").right(2, 3);
        rules.forEach(fitting -> add(table, fitting, generation));
        Output.of(session).print(table);
    }

    private static void add(Table table, Fitting fitting, Generation generation) {
        var path = fitting.socket().path();
        var fired = values(generation, path + ".fired"); // [rules]
        var vectors = values(generation, path + ".vectors"); // [rules, dim], or [experts, rules, dim]
        int dim = generation.decoder().rack().settings().dim();
        var text = fitting.plug().options().getOrDefault("rules", Options.defaults(fitting.offer().part().options()).get("rules"));
        var lines = String.valueOf(text).lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
        for (int rule = 0; rule < fired.length; rule++) {
            int from = rule * dim;
            double square = IntStream.range(from, from + dim).mapToDouble(i -> (double) vectors[i] * vectors[i]).sum();
            table.row(path, lines.get(rule), Numbers.whole(fired[rule]), String.format(Locale.ROOT, "%.3f", Math.sqrt(square)),
                    liked(generation, vectors, from, dim));
        }
    }

    /** The tokens whose embeddings have the greatest products with the vector that begins at {@code from}. */
    private static String liked(Generation generation, float[] vectors, int from, int dim) {
        var embedding = values(generation, "embedding.tokens"); // [vocabulary, dim]
        var products = new double[embedding.length / dim];
        for (int i = 0; i < embedding.length; i++) {
            products[i / dim] += (double) embedding[i] * vectors[from + i % dim];
        }
        return IntStream.range(0, products.length).boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -products[token])).limit(LIKED)
                .map(token -> "'" + printable(generation.tokenizer().decode(new int[] {token})) + "'").collect(Collectors.joining(" "));
    }

    private static String printable(String text) {
        return text.codePoints().mapToObj(c -> Character.isISOControl(c) ? String.format("\\x%02x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static float[] values(Generation generation, String name) {
        var values = new float[generation.values().type(name).size()];
        generation.values().read(name, values);
        return values;
    }
}
