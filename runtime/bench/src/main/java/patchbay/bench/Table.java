package patchbay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A benchmark's figures as text: a median and, in brackets, the least and the greatest. */
final class Table {

    private final List<Integer> widths = new ArrayList<>();
    private final List<String> others;
    private final boolean tokens;

    /** @param benchmark whose lines will be shown, so that columns can be laid out before they are measured */
    Table(Benchmark benchmark) {
        others = benchmark.lines().stream().flatMap(line -> line.contenders().stream().skip(1)).map(Contender::name).distinct().toList();
        tokens = benchmark.lines().stream().anyMatch(Line::tellsTokens);
        widths.add(4 + benchmark.lines().stream().mapToInt(line -> line.name().length()).max().orElse(0));
        widths.add(9);
        widths.add(28);
        if (tokens) {
            widths.add(10);
        }
        others.forEach(_ -> {
            widths.add(24);
            widths.add(18);
        });
        widths.add(10);
        widths.add(7);
    }

    String head(Benchmark benchmark) {
        var cells = new ArrayList<>(List.of(benchmark.name(), "threads", Contender.OURS));
        if (tokens) {
            cells.add("tokens/s");
        }
        others.forEach(other -> {
            cells.add(other);
            cells.add("ratio");
        });
        cells.add("peak");
        cells.add("share");
        return row(cells);
    }

    String row(Figures figures) {
        var line = figures.line();
        var ours = figures.contenders().getFirst();
        var cells = new ArrayList<>(List.of(line.name(), Integer.toString(figures.threads()), spread(ours, line.unit().label)));
        if (tokens) {
            cells.add(line.tellsTokens() ? String.format(Locale.ROOT, "%.0f", line.tokens() / ours.median() * 1e3) : "");
        }
        others.forEach(other -> {
            cells.add(figures.contender(other).map(samples -> spread(samples, "")).orElse(""));
            cells.add(figures.ratio(other).map(Table::ratio).orElse(""));
        });
        cells.add(figures.hasPeak() ? number(figures.peak().median()) : "");
        cells.add(figures.hasPeak() ? String.format(Locale.ROOT, "%.2f", figures.share().median()) : "");
        return row(cells);
    }

    /** Memory in MB, beside the other form's, and their ratio. */
    static String row(Footprint footprint, Footprint.Bytes bytes) {
        return String.format(Locale.ROOT, "%-60s %10s MB beside %10s MB, ratio %.4f (1/%.0f)", footprint.name(), number(bytes.ours() / 1e6),
                number(bytes.other() / 1e6), bytes.ratio(), 1 / bytes.ratio());
    }

    private String row(List<String> cells) {
        var text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            int width = widths.get(i);
            text.append(i == 0 ? pad(cells.get(i), width) : pad("  " + cells.get(i), width));
        }
        return text.toString().stripTrailing();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String spread(Samples samples, String unit) {
        var label = Optional.of(unit).filter(each -> !each.isEmpty()).map(each -> " " + each).orElse("");
        return number(samples.median()) + label + " (" + number(samples.min()) + "–" + number(samples.max()) + ")";
    }

    private static String ratio(Samples samples) {
        var digits = samples.median() < 0.1 ? "%.4f (%.4f–%.4f)" : "%.2f (%.2f–%.2f)";
        return String.format(Locale.ROOT, digits, samples.median(), samples.min(), samples.max());
    }

    /** Three digits that matter. */
    static String number(double value) {
        return String.format(Locale.ROOT, value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f", value);
    }
}
