package patchbay.expert.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * One line: {@code NAME: CONDITION [and CONDITION]}.
 *
 * @param tokens empty if any will do
 * @param domains empty if any will do
 */
record Rule(String name, List<Integer> tokens, List<Integer> domains) {

    /** Rules line by line, without blank ones and those that begin with #. */
    static List<Rule> read(String text, ToIntFunction<String> token, ToIntFunction<String> domain) {
        var rules = new ArrayList<Rule>();
        for (var line : text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList()) {
            var rule = readLine(line, token, domain);
            if (rules.stream().anyMatch(other -> other.name().equals(rule.name()))) {
                throw new UserError("two rules are called '" + rule.name() + "'");
            }
            rules.add(rule);
        }
        if (rules.isEmpty()) {
            throw new UserError("option 'rules' holds no rule; valid lines: 'NAME: token a b', 'NAME: domain noun.food', 'NAME: always'");
        }
        return rules;
    }

    private static Rule readLine(String line, ToIntFunction<String> token, ToIntFunction<String> domain) {
        int colon = line.indexOf(": ");
        if (colon < 1) {
            throw new UserError("rule '" + line + "' has no name: write 'NAME: CONDITION'");
        }
        var tokens = new ArrayList<Integer>();
        var domains = new ArrayList<Integer>();
        for (var condition : line.substring(colon + 1).strip().split("\\s+and\\s+")) {
            var words = List.of(condition.split("\\s+"));
            var values = words.subList(1, words.size());
            boolean always = words.getFirst().equals("always") && values.isEmpty();
            if (words.getFirst().equals("token") && !values.isEmpty() && tokens.isEmpty()) {
                values.forEach(word -> tokens.add(number(word, token)));
            } else if (words.getFirst().equals("domain") && !values.isEmpty() && domains.isEmpty()) {
                values.forEach(word -> domains.add(number(word, domain)));
            } else if (!always) {
                throw new UserError("rule '" + line + "': '" + condition + "' is no condition that can stand there; valid: token TOKEN …, domain "
                        + "DOMAIN …, always, each once, joined by 'and'");
            }
        }
        return new Rule(line.substring(0, colon).strip(), tokens, domains);
    }

    /** {@code #32} is a number, {@code \\s} a space, {@code \\n} the end of a line; anything else a name. */
    private static int number(String word, ToIntFunction<String> named) {
        return word.matches("#\\d{1,9}") ? Integer.parseInt(word.substring(1))
                : named.applyAsInt(word.replace("\\s", " ").replace("\\n", "\n"));
    }

    /**
     * Which rules' conditions hold: f32 [R, rules].
     *
     * @param entries tokens or domains, i32[R]
     * @param wanted a rule's numbers; empty if any will do
     */
    static Tensor matches(Graph graph, Tensor entries, List<Rule> rules, Function<Rule, List<Integer>> wanted) {
        int numbers = 1 + rules.stream().flatMap(rule -> wanted.apply(rule).stream()).mapToInt(Integer::intValue).max().orElse(-1);
        var table = new float[Math.max(1, numbers) * rules.size()];
        var any = new float[rules.size()];
        for (int i = 0; i < rules.size(); i++) {
            var list = wanted.apply(rules.get(i));
            any[i] = list.isEmpty() ? 1 : 0;
            for (int number : list) {
                table[number * rules.size() + i] = 1;
            }
        }
        var named = graph.constant(Shape.of(table.length / rules.size(), rules.size()), table).gather(entries); // beyond the table: 0
        return named.add(graph.constant(Shape.of(rules.size()), any));
    }
}
