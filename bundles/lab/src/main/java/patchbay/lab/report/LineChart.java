package patchbay.lab.report;

import static patchbay.lab.report.Html.at;
import static patchbay.lab.report.Html.escape;

import java.util.List;

/** A chart of values over steps, as SVG: the grid, curves in the order they were added, and markers across. */
final class LineChart {

    static final double LEFT = 58;
    static final double RIGHT = 14;
    private static final double BOTTOM = 26;
    private static final double LABEL_HEIGHT = 15;
    private static final int LABEL_ROWS = 3;
    private static final int MOST_LABELS = 12;
    private static final double CHARACTER = 6.4; // width of one at the labels' size, roughly

    private final StringBuilder curves = new StringBuilder();
    private final StringBuilder marks = new StringBuilder();
    private final String id;
    private final double width;
    private final double height;
    private final double top;
    private final Axis x;
    private final Axis y;

    /**
     * @param id no other chart of the page has
     * @param labelled whether there is room above for the markers' labels
     */
    LineChart(String id, double width, double height, boolean labelled, double lastStep, double low, double high) {
        this.id = id;
        this.width = width;
        this.height = height;
        this.top = labelled ? LABEL_ROWS * LABEL_HEIGHT + 6 : 8;
        this.x = new Axis(0, Math.max(1, lastStep), LEFT, width - RIGHT);
        this.y = new Axis(low, high, height - BOTTOM, top);
    }

    /** A chart that has room for all finite values of these curves, and a little more. */
    static LineChart fitting(String id, double width, double height, double lastStep, List<Curve> curves) {
        var values = curves.stream().flatMapToDouble(curve -> java.util.Arrays.stream(curve.values())).filter(Double::isFinite).summaryStatistics();
        double room = 0.06 * (values.getMax() - values.getMin());
        return new LineChart(id, width, height, false, lastStep, values.getMin() - room, values.getMax() + room);
    }

    LineChart line(String kind, Curve curve) {
        curves.append("<path class=\"line ").append(kind).append("\" d=\"").append(path(curve)).append("\"/>\n");
        return this;
    }

    LineChart dots(String kind, Curve curve) {
        for (int i = 0; i < curve.steps().length; i++) {
            if (Double.isFinite(curve.values()[i])) {
                curves.append("<circle class=\"dot ").append(kind).append("\" r=\"3\" cx=\"").append(at(x.at(curve.steps()[i])))
                        .append("\" cy=\"").append(at(y.at(curve.values()[i]))).append("\"><title>step ").append((long) curve.steps()[i])
                        .append(": ").append(Html.number("%.4f", curve.values()[i])).append("</title></circle>\n");
            }
        }
        return this;
    }

    LineChart band(String kind, Curve low, Curve high) {
        var path = new StringBuilder();
        for (int i = 0; i < low.steps().length; i++) {
            if (Double.isFinite(low.values()[i])) {
                // One stroke a stretch, down to a pixel: also where every stretch is one value there is a line to see.
                path.append('M').append(at(x.at(low.steps()[i]))).append(' ').append(at(y.at(low.values()[i]) + 0.5)).append('V').append(at(y.at(high.values()[i]) - 0.5));
            }
        }
        curves.append("<path class=\"band ").append(kind).append("\" d=\"").append(path).append("\"/>\n");
        return this;
    }

    /** Lines across; with labels above them if the chart has room for these and there are not too many. */
    LineChart markers(List<Marker> markers) {
        boolean labelled = top > LABEL_HEIGHT * LABEL_ROWS && markers.size() <= MOST_LABELS;
        var taken = new double[LABEL_ROWS];
        java.util.Arrays.fill(taken, Double.NEGATIVE_INFINITY);
        for (var marker : markers) {
            double at = x.at(marker.step());
            marks.append("<g class=\"marker ").append(marker.kind()).append("\"><title>").append(escape(marker.detail())).append("</title>");
            double from = top;
            if (labelled) {
                var label = shortened(marker.label());
                double length = CHARACTER * label.length() + 8;
                boolean leftwards = at + length > width;
                double begin = leftwards ? at - length : at;
                int row = 0;
                while (row < LABEL_ROWS - 1 && taken[row] > begin) {
                    row++;
                }
                taken[row] = begin + length + 6;
                double base = 12 + row * LABEL_HEIGHT;
                from = base - 9;
                marks.append("<text x=\"").append(at(leftwards ? at - 5 : at + 5)).append("\" y=\"").append(at(base)).append('"')
                        .append(leftwards ? " text-anchor=\"end\"" : "").append('>').append(escape(label)).append("</text>");
            }
            marks.append("<path d=\"M").append(at(at)).append(' ').append(at(from)).append('V').append(at(height - BOTTOM)).append("\"/></g>\n");
        }
        return this;
    }

    private static String shortened(String label) {
        return label.length() <= 24 ? label : label.substring(0, 23) + "…";
    }

    String svg() {
        var svg = new StringBuilder();
        svg.append("<svg id=\"").append(id).append("\" viewBox=\"0 0 ").append(at(width)).append(' ').append(at(height)).append("\" role=\"img\" data-left=\"")
                .append(at(LEFT)).append("\" data-right=\"").append(at(width - RIGHT)).append("\" data-last=\"").append((long) x.to()).append("\">\n");
        svg.append("<clipPath id=\"").append(id).append("-clip\"><rect x=\"").append(at(LEFT)).append("\" y=\"").append(at(top)).append("\" width=\"")
                .append(at(width - RIGHT - LEFT)).append("\" height=\"").append(at(height - BOTTOM - top)).append("\"/></clipPath>\n");
        grid(svg);
        svg.append("<g clip-path=\"url(#").append(id).append("-clip)\">\n").append(curves).append("</g>\n").append(marks).append("</svg>\n");
        return svg.toString();
    }

    private void grid(StringBuilder svg) {
        int rows = height > 200 ? 6 : 4;
        svg.append("<g class=\"grid\">");
        for (double tick : y.ticks(rows)) {
            svg.append("<path d=\"M").append(at(LEFT)).append(' ').append(at(y.at(tick))).append('H').append(at(width - RIGHT)).append("\"/><text x=\"")
                    .append(at(LEFT - 7)).append("\" y=\"").append(at(y.at(tick) + 4)).append("\" text-anchor=\"end\">").append(y.label(tick, rows)).append("</text>");
        }
        steps(svg, x, height, width);
        svg.append("</g>\n");
    }

    /** Labels of the steps along the bottom. */
    static void steps(StringBuilder svg, Axis x, double height, double width) {
        int columns = width > 600 ? 8 : 4;
        for (double tick : x.ticks(columns)) {
            if (tick == Math.rint(tick)) {
                svg.append("<text x=\"").append(at(x.at(tick))).append("\" y=\"").append(at(height - 8)).append("\" text-anchor=\"")
                        .append(x.at(tick) > width - 30 ? "end" : "middle").append("\">").append(x.label(tick, columns)).append("</text>");
            }
        }
    }

    private String path(Curve curve) {
        var path = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < curve.steps().length; i++) {
            double value = curve.values()[i];
            if (!Double.isFinite(value)) {
                pen = false; // a gap where nothing finite was measured
                continue;
            }
            path.append(pen ? 'L' : 'M').append(at(x.at(curve.steps()[i]))).append(' ').append(at(y.at(value)));
            pen = true;
        }
        return path.toString();
    }
}
