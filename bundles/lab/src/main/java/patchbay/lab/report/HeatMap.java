package patchbay.lab.report;

import static patchbay.lab.report.Html.at;
import static patchbay.lab.report.Html.escape;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import patchbay.lab.record.Load;

/**
 * The load of a layer's experts over time: a column a stretch of steps, a row an expert. Orange has more than its even
 * share, blue less; the even share is the page itself, so the picture fits light and dark.
 */
final class HeatMap {

    /** Shares this many times the even one, or smaller than its inverse, have the full colour. */
    private static final double FULL = 4;
    private static final int ABSENT = 255;
    private static final int EVEN = 127;
    private static final double WIDTH = 960;
    private static final double TOP = 6; // room for the first row's number
    private static final double BOTTOM = 22;

    private HeatMap() {
    }

    /** @param columns tokens of each expert a column */
    static String svg(String layer, List<float[]> columns, long stretch, long lastStep, List<Marker> markers) {
        int experts = columns.stream().mapToInt(column -> column.length).max().orElse(0);
        double row = Math.clamp(120.0 / Math.max(1, experts), 3, 14);
        double height = TOP + experts * row + BOTTOM;
        var x = new Axis(0, Math.max(1, lastStep), LineChart.LEFT, WIDTH - LineChart.RIGHT);
        double right = x.at(Math.min(lastStep, columns.size() * stretch));
        var svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 ").append(at(WIDTH)).append(' ').append(at(height)).append("\" role=\"img\"><title>load of the experts of ")
                .append(escape(layer)).append("</title>\n");
        svg.append("<rect class=\"frame\" x=\"").append(at(x.start())).append("\" y=\"").append(at(TOP)).append("\" width=\"").append(at(x.end() - x.start()))
                .append("\" height=\"").append(at(experts * row)).append("\"/>\n");
        svg.append("<image x=\"").append(at(x.start())).append("\" y=\"").append(at(TOP)).append("\" width=\"").append(at(right - x.start())).append("\" height=\"")
                .append(at(experts * row)).append("\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,")
                .append(Base64.getEncoder().encodeToString(png(columns, experts))).append("\"/>\n<g class=\"grid\">");
        int every = Math.max(1, (int) Math.ceil(11 / row));
        for (int expert = 0; expert < experts; expert += every) {
            svg.append("<text x=\"").append(at(x.start() - 7)).append("\" y=\"").append(at(TOP + (expert + 0.5) * row + 4))
                    .append("\" text-anchor=\"end\">").append(expert).append("</text>");
        }
        LineChart.steps(svg, x, height, WIDTH);
        svg.append("</g>\n");
        for (var marker : markers) {
            svg.append("<g class=\"marker ").append(marker.kind()).append("\"><title>").append(escape(marker.detail())).append("</title><path d=\"M")
                    .append(at(x.at(marker.step()))).append(' ').append(at(TOP)).append('V').append(at(TOP + experts * row)).append("\"/></g>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private static byte[] png(List<float[]> columns, int experts) {
        var image = new BufferedImage(Math.max(1, columns.size()), Math.max(1, experts), BufferedImage.TYPE_BYTE_INDEXED, palette());
        var raster = image.getRaster();
        for (int column = 0; column < columns.size(); column++) {
            var counts = columns.get(column);
            var shares = Load.shares(counts);
            for (int expert = 0; expert < experts; expert++) {
                raster.setSample(column, expert, 0, expert < counts.length ? colour(shares[expert] * counts.length) : ABSENT);
            }
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) { // ImageIO's own choice is a file in the folder for temporary ones
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("an image in memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    /** @param times the even share */
    static int colour(double times) {
        double t = Math.clamp(Math.log(times) / Math.log(FULL), -1, 1); // -1 none at all, 0 even, 1 many
        return EVEN + (int) Math.rint(EVEN * t);
    }

    private static IndexColorModel palette() {
        var red = new byte[256];
        var green = new byte[256];
        var blue = new byte[256];
        var alpha = new byte[256];
        for (int i = 0; i < ABSENT; i++) {
            boolean over = i > EVEN;
            red[i] = (byte) (over ? 0xeb : 0x2a);
            green[i] = (byte) (over ? 0x68 : 0x78);
            blue[i] = (byte) (over ? 0x34 : 0xd6);
            alpha[i] = (byte) (255 * Math.abs(i - EVEN) / EVEN);
        }
        red[ABSENT] = green[ABSENT] = blue[ABSENT] = (byte) 0x88;
        alpha[ABSENT] = 0x40;
        return new IndexColorModel(8, 256, red, green, blue, alpha);
    }
}
