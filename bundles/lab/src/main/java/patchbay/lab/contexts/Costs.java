package patchbay.lab.contexts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/**
 * What attentions were measured to take, in a file of comma-separated values or in tables.
 *
 * @param points sorted; one for each attention, work and length
 */
public record Costs(List<Point> points) {

    private static final String HEAD = "attention,work,tokens,seconds,bytes";

    public Costs {
        var latest = new LinkedHashMap<List<Object>, Point>();
        points.forEach(point -> latest.put(List.of(point.attention(), point.work(), point.tokens()), point));
        points = latest.values().stream().sorted(Comparator.comparing(Point::attention).thenComparing(Point::work).thenComparing(Point::tokens)).toList();
    }

    /** None if the file is not there yet. */
    public static Costs read(Path file) {
        if (!Files.exists(file)) {
            return new Costs(List.of());
        }
        try {
            var lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
                throw new UserError(file + ": does not begin with '" + HEAD + "', and so holds no costs of attentions");
            }
            return new Costs(lines.stream().skip(1).map(line -> point(file, line)).toList());
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Point point(Path file, String line) {
        var cells = line.split(",");
        try {
            return new Point(cells[0], Work.named(cells[1]), Integer.parseInt(cells[2]), Double.parseDouble(cells[3]), Long.parseLong(cells[4]));
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException malformed) {
            throw new UserError(file + ": '" + line + "' is no line of it: " + HEAD, malformed);
        }
    }

    public void write(Path file) {
        try {
            Files.write(file, points.stream().map(point -> String.format(Locale.ROOT, "%s,%s,%d,%.4g,%d",
                    point.attention(), point.work(), point.tokens(), point.seconds(), point.bytes())).collect(Collectors.toCollection(() -> new ArrayList<>(List.of(HEAD)))));
        } catch (IOException e) {
            throw new UserError(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** With other points, which replace those of the same attention, work and length. */
    public Costs with(List<Point> more) {
        var all = new ArrayList<>(points);
        all.addAll(more);
        return new Costs(all);
    }

    public List<String> attentions() {
        return points.stream().map(Point::attention).distinct().toList();
    }

    /** In the order of their lengths. */
    public List<Point> of(String attention, Work work) {
        return points.stream().filter(point -> point.attention().equals(attention) && point.work() == work).toList();
    }

    /** The titles of {@link #rows}. */
    public List<String> titles(Work work) {
        var titles = new ArrayList<>(List.of(work.name()));
        lengths(work).forEach(tokens -> titles.add(length(tokens)));
        titles.addAll(List.of("time ∝ T^", "memory ∝ T^"));
        return titles;
    }

    /** A row an attention: time and memory at each length, and how they grow. */
    public List<List<String>> rows(Work work) {
        return attentions().stream().filter(attention -> !of(attention, work).isEmpty()).map(attention -> {
            var row = new ArrayList<>(List.of(attention));
            for (int tokens : lengths(work)) {
                row.add(of(attention, work).stream().filter(point -> point.tokens() == tokens).findFirst().map(Costs::cell).orElse("-"));
            }
            var growth = Growth.of(of(attention, work));
            row.add(growth.map(fit -> String.format(Locale.ROOT, "%.2f", fit.time())).orElse("-"));
            row.add(growth.map(fit -> String.format(Locale.ROOT, "%.2f", fit.memory())).orElse("-"));
            return List.copyOf(row);
        }).toList();
    }

    /** A table for each work, in Markdown. */
    public String markdown() {
        var text = new StringBuilder();
        for (var work : Work.values()) {
            if (points.stream().anyMatch(point -> point.work() == work)) {
                line(text, titles(work));
                line(text, titles(work).stream().map(title -> title.equals(work.name()) ? "---" : "---:").toList());
                rows(work).forEach(row -> line(text, row));
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    private List<Integer> lengths(Work work) {
        return points.stream().filter(point -> point.work() == work).map(Point::tokens).distinct().sorted().toList();
    }

    /** {@code 4 K}, and {@code 1000} as it is. */
    public static String length(int tokens) {
        return tokens % 1024 == 0 ? tokens / 1024 + " K" : Integer.toString(tokens);
    }

    private static String cell(Point point) {
        double milliseconds = point.seconds() * 1e3;
        return digits(milliseconds) + " ms, " + digits(point.bytes() / 1e6) + " MB";
    }

    /** Three that matter. */
    private static String digits(double value) {
        return String.format(Locale.ROOT, value >= 99.95 ? "%,.0f" : value >= 9.995 ? "%.1f" : value >= 0.9995 ? "%.2f" : "%.3f", value);
    }
}
