package patchbay.lab.contexts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import patchbay.tensor.UserError;

/** {@link Costs} as a drawing: time above, memory below, a column a work; both scales logarithmic, so that a power of T is a straight line. */
public final class CostChart {

    private static final double WIDTH = 380;
    private static final double HEIGHT = 290;
    private static final double LEFT = 66;
    private static final double RIGHT = 12;
    private static final double TOP = 34;
    private static final double BOTTOM = 30;
    private static final double LEGEND = 26;
    private static final double ENTRY = 150;
    /** Of lines that can be told apart, also in grey by their dashes. */
    private static final List<String> COLOURS = List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2", "#bcbd22", "#7f7f7f");
    private static final List<String> DASHES = List.of("", "6 3", "2 2");

    private final Costs costs;
    private final StringBuilder svg = new StringBuilder();

    private CostChart(Costs costs) {
        this.costs = costs;
    }

    /** A picture that needs no style sheet. */
    public static String svg(Costs costs) {
        var chart = new CostChart(costs);
        chart.draw();
        return chart.svg.toString();
    }

    public static void write(Costs costs, Path file) {
        try {
            Files.writeString(file, svg(costs));
        } catch (IOException e) {
            throw new UserError(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private void draw() {
        int works = Work.values().length;
        int columns = (int) (works * WIDTH / ENTRY);
        double height = 2 * HEIGHT + LEGEND * Math.ceilDiv(costs.attentions().size(), columns) + 8;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\">%n", works * WIDTH, height);
        add("<title>Time and memory of one attention layer by the length of the text</title>%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n");
        for (var work : Work.values()) {
            panel(work, work.ordinal() * WIDTH, 0, "milliseconds", point -> point.seconds() * 1e3);
            panel(work, work.ordinal() * WIDTH, HEIGHT, "megabytes", point -> point.bytes() / 1e6);
        }
        for (int i = 0; i < costs.attentions().size(); i++) {
            double x = LEFT + i % columns * ENTRY;
            double y = 2 * HEIGHT + LEGEND * (i / columns) + LEGEND / 2;
            add("<path d=\"M%.1f %.1fh24\" %s/><text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, stroke(i), x + 30, y + 4, costs.attentions().get(i));
        }
        svg.append("</svg>\n");
    }

    private void panel(Work work, double left, double top, String unit, ToDoubleFunction<Point> y) {
        var points = costs.points().stream().filter(point -> point.work() == work).toList();
        if (points.isEmpty()) {
            return;
        }
        var across = scale(points.stream().mapToDouble(Point::tokens), 2, left + LEFT, left + WIDTH - RIGHT);
        var up = scale(points.stream().mapToDouble(y), 10, top + HEIGHT - BOTTOM, top + TOP);
        add("<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\">%s, %s</text>%n", left + LEFT, top + 20, work, unit);
        add("<g stroke=\"#ddd\" fill=\"none\">");
        across.ticks().forEach(tick -> add("<path d=\"M%.1f %.1fV%.1f\"/>", across.at(tick), top + TOP, top + HEIGHT - BOTTOM));
        up.ticks().forEach(tick -> add("<path d=\"M%.1f %.1fH%.1f\"/>", left + LEFT, up.at(tick), left + WIDTH - RIGHT));
        add("</g>%n");
        across.ticks().forEach(tick -> add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", across.at(tick), top + HEIGHT - BOTTOM + 16, Costs.length(tick.intValue())));
        up.ticks().forEach(tick -> add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", left + LEFT - 6, up.at(tick) + 4, tick < 1 ? Double.toString(tick) : String.format(Locale.ROOT, "%,.0f", tick)));
        svg.append('\n');
        for (int i = 0; i < costs.attentions().size(); i++) {
            line(costs.of(costs.attentions().get(i), work), y, across, up, i);
        }
    }

    private void line(List<Point> points, ToDoubleFunction<Point> y, Scale across, Scale up, int number) {
        var path = new StringBuilder();
        for (var point : points) {
            path.append(path.isEmpty() ? 'M' : 'L').append(String.format(Locale.ROOT, "%.1f %.1f", across.at(point.tokens()), up.at(y.applyAsDouble(point))));
        }
        if (!points.isEmpty()) {
            add("<path d=\"%s\" %s><title>%s</title></path>%n", path, stroke(number), points.getFirst().attention());
        }
    }

    private static String stroke(int number) {
        return "fill=\"none\" stroke-width=\"1.6\" stroke=\"" + COLOURS.get(number % COLOURS.size()) + "\" stroke-dasharray=\""
                + DASHES.get(number / COLOURS.size() % DASHES.size()) + "\"";
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    /** From one power of {@code base} to another along pixels. */
    private record Scale(int base, int low, int high, double start, double end) {

        double at(double value) {
            return start + (Math.log(value) / Math.log(base) - low) / (high - low) * (end - start);
        }

        /** Every power of the base. */
        List<Double> ticks() {
            return IntStream.rangeClosed(low, high).mapToObj(power -> Math.pow(base, power)).toList();
        }
    }

    private static Scale scale(DoubleStream values, int base, double start, double end) {
        var range = values.summaryStatistics();
        int low = (int) Math.floor(Math.log(range.getMin()) / Math.log(base) + 1e-9);
        int high = (int) Math.ceil(Math.log(range.getMax()) / Math.log(base) - 1e-9);
        return new Scale(base, low, Math.max(low + 1, high), start, end);
    }
}
