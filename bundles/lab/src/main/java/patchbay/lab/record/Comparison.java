package patchbay.lab.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import patchbay.tensor.UserError;

/**
 * What differs between two runs.
 *
 * @param settings of the experiment files, apart from the plugins in the sockets
 * @param wiring plugin and options of each socket when the runs began
 * @param bundles name, version and hash of the bundle behind each socket when the runs began
 * @param changes swaps and rollbacks that count, in order
 * @param data source, path and hash
 * @param environment JVM, machine and engine
 */
public record Comparison(RunSummary left, RunSummary right, List<Difference> settings, List<Difference> wiring,
        List<Difference> bundles, List<Difference> changes, List<Difference> data, List<Difference> environment,
        Losses losses, List<Evaluations> evaluations) {

    /**
     * How the losses of the training steps agree.
     *
     * @param common steps that both have
     * @param identical how many of them, from the first on, have the same bits
     * @param firstDiffering the first step whose losses differ; 0 if none does
     * @param left the loss there; NaN if none differs
     * @param largest greatest absolute difference at a common step
     */
    public record Losses(long common, long identical, long firstDiffering, float left, float right, double largest) {

        /** Whether there is at least one common step, and every one has the same bits. */
        public boolean same() {
            return common > 0 && identical == common;
        }
    }

    /** Held-out losses of one step; NaN where a run did not measure. */
    public record Evaluations(long step, double left, double right) {}

    /** @throws UserError if a file of either run cannot be read */
    public static Comparison of(RunFolder left, RunFolder right) {
        var leftHistory = history(left);
        var rightHistory = history(right);
        var leftStart = leftHistory.wiringAtStart();
        var rightStart = rightHistory.wiringAtStart();
        var provenance = Difference.between(provenance(left), provenance(right));
        return new Comparison(left.summary(), right.summary(),
                Difference.between(settings(left), settings(right)),
                bySocket(leftStart, rightStart, fitted -> fitted.plug().toString()),
                bySocket(leftStart, rightStart, fitted -> fitted.provider().toString()),
                Difference.between(changes(leftHistory), changes(rightHistory)),
                under(provenance, "data."),
                provenance.stream().filter(difference -> difference.path().matches("(jvm|machine|engine)\\..*")).toList(),
                losses(Series.read(left.metrics()), Series.read(right.metrics())),
                evaluations(leftHistory, rightHistory));
    }

    /** Whether both runs computed the same numbers at the steps that both have, held-out losses included. */
    public boolean sameNumbers() {
        return losses.same() && evaluations.stream().filter(both -> !Double.isNaN(both.left()) && !Double.isNaN(both.right()))
                .allMatch(both -> Double.doubleToLongBits(both.left()) == Double.doubleToLongBits(both.right()));
    }

    private static History history(RunFolder folder) {
        return Files.exists(folder.journal()) ? Journal.read(folder.journal()).effective() : new History(List.of());
    }

    private static Map<String, String> settings(RunFolder folder) {
        var flat = Difference.flat(tree(new YAMLMapper(), folder.experiment()));
        flat.keySet().removeIf(path -> path.equals("sockets") || path.startsWith("sockets."));
        return flat;
    }

    private static Map<String, String> provenance(RunFolder folder) {
        return Files.exists(folder.provenance()) ? Difference.flat(tree(Json.MAPPER, folder.provenance())) : Map.of();
    }

    private static JsonNode tree(ObjectMapper mapper, Path file) {
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    private static List<Difference> under(List<Difference> differences, String prefix) {
        return differences.stream().filter(difference -> difference.path().startsWith(prefix)).toList();
    }

    private static List<Difference> bySocket(List<Fitted> left, List<Fitted> right, java.util.function.Function<Fitted, String> value) {
        return SocketRange.collapse(Difference.between(flat(left, value), flat(right, value)), Difference::path,
                difference -> List.of(difference.left(), difference.right()),
                (difference, path) -> new Difference(path, difference.left(), difference.right()));
    }

    private static Map<String, String> flat(List<Fitted> wiring, java.util.function.Function<Fitted, String> value) {
        var flat = new LinkedHashMap<String, String>();
        wiring.forEach(fitted -> flat.put(fitted.socket(), value.apply(fitted)));
        return flat;
    }

    private static Map<String, String> changes(History history) {
        var changes = new LinkedHashMap<String, String>();
        history.events().filter(event -> event instanceof Event.Swapped || event instanceof Event.RolledBack).forEach(event -> {
            var after = event instanceof Event.Swapped swapped ? swapped.after() : ((Event.RolledBack) event).after();
            var providers = String.join(", ", after.stream().map(fitted -> fitted.provider().toString()).distinct().toList());
            changes.put("change " + (changes.size() + 1), "step " + event.step() + ": " + SwapEffect.label(event) + (providers.isEmpty() ? "" : " of " + providers));
        });
        return changes;
    }

    static Losses losses(Series left, Series right) {
        long common = 0;
        long identical = 0;
        long firstDiffering = 0;
        float leftLoss = Float.NaN;
        float rightLoss = Float.NaN;
        double largest = 0;
        for (int i = 0, j = 0; i < left.size() && j < right.size(); ) {
            long step = left.steps()[i];
            if (step < right.steps()[j]) {
                i++;
            } else if (step > right.steps()[j]) {
                j++;
            } else {
                float a = left.loss()[i++];
                float b = right.loss()[j++];
                common++;
                if (Float.floatToIntBits(a) != Float.floatToIntBits(b)) {
                    largest = Math.max(largest, Math.abs((double) a - b));
                    if (firstDiffering == 0) {
                        firstDiffering = step;
                        leftLoss = a;
                        rightLoss = b;
                    }
                } else if (firstDiffering == 0) {
                    identical++;
                }
            }
        }
        return new Losses(common, identical, firstDiffering, leftLoss, rightLoss, largest);
    }

    /** The last one counts where a step was measured twice. */
    private static List<Evaluations> evaluations(History left, History right) {
        var a = new TreeMap<Long, Double>();
        var b = new TreeMap<Long, Double>();
        left.all(Event.Evaluated.class).forEach(evaluated -> a.put(evaluated.step(), evaluated.loss()));
        right.all(Event.Evaluated.class).forEach(evaluated -> b.put(evaluated.step(), evaluated.loss()));
        var steps = new TreeMap<>(a);
        steps.putAll(b);
        return steps.keySet().stream()
                .map(step -> new Evaluations(step, a.getOrDefault(step, Double.NaN), b.getOrDefault(step, Double.NaN))).toList();
    }

    /** All of it for the shell. */
    public String toText() {
        return new ComparisonText(this).toString();
    }
}
