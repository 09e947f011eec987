package patchbay.data;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A figure on 32 × 32 pixels, as it is drawn, described and heard.
 *
 * @param shape index into {@link #SHAPES}
 * @param colour into {@link #COLOURS}
 * @param place into {@link #PLACES}
 * @param x of its middle, in pixels
 * @param size half its height
 */
record Figure(int shape, int colour, int place, boolean large, double x, double y, double size, long number) {

    private static final int SIZE = 32;
    private static final int RATE = 8000;
    private static final int SAMPLES = RATE / 4;

    static final List<String> SHAPES = List.of("circle", "square", "triangle", "cross");
    static final List<String> COLOURS = List.of("red", "green", "blue", "yellow", "white", "purple");
    private static final Color[] PAINTS = {Color.RED, Color.GREEN, new Color(60, 90, 255), Color.YELLOW, Color.WHITE, new Color(170, 60, 200)};
    static final List<String> PLACES = List.of("at the left", "in the middle", "at the right");

    static Figure of(long seed, long number) {
        int shape = (int) pick(seed, number, 0, SHAPES.size());
        int place = (int) pick(seed, number, 2, PLACES.size());
        boolean large = pick(seed, number, 3, 2) == 1;
        double size = (large ? 9 : 5) + 2 * CounterRandom.unit(CounterRandom.bits(seed, number, 4, 0));
        return new Figure(shape, (int) pick(seed, number, 1, COLOURS.size()), place, large, 9 + 7 * place + CounterRandom.unit(CounterRandom.bits(seed, number, 5, 0)) * 2 - 1,
                12 + 8 * CounterRandom.unit(CounterRandom.bits(seed, number, 6, 0)), size, number);
    }

    private static long pick(long seed, long number, int what, int of) {
        return CounterRandom.below(of, CounterRandom.bits(seed, number, what, 0));
    }

    String caption() {
        return "a " + (large ? "large " : "small ") + COLOURS.get(colour) + " " + SHAPES.get(shape) + " " + PLACES.get(place);
    }

    byte[] picture() {
        var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(PAINTS[colour]);
        draw(graphics);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes all that is written", e);
        }
        return bytes.toByteArray();
    }

    private void draw(Graphics2D graphics) {
        double r = size;
        switch (SHAPES.get(shape)) {
            case "circle" -> graphics.fill(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
            case "square" -> graphics.fill(new Rectangle2D.Double(x - r * 0.85, y - r * 0.85, 1.7 * r, 1.7 * r));
            case "triangle" -> {
                var path = new Path2D.Double();
                path.moveTo(x, y - r);
                path.lineTo(x + r, y + r * 0.8);
                path.lineTo(x - r, y + r * 0.8);
                path.closePath();
                graphics.fill(path);
            }
            default -> {
                graphics.setStroke(new BasicStroke((float) (r / 2)));
                graphics.draw(new Line2D.Double(x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8));
                graphics.draw(new Line2D.Double(x - r * 0.8, y + r * 0.8, x + r * 0.8, y - r * 0.8));
            }
        }
    }

    /** A tone of the colour's pitch with the shape's overtones, in 16 bits. */
    byte[] sound() {
        var wav = ByteBuffer.allocate(44 + 2 * SAMPLES).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * SAMPLES).put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16)
                .putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(2 * RATE).putShort((short) 2).putShort((short) 16)
                .put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * SAMPLES);
        double pitch = 220 * Math.pow(2, colour / 3.0);
        for (int i = 0; i < SAMPLES; i++) {
            double phase = 2 * Math.PI * pitch * i / RATE;
            double tone = Math.sin(phase) + 0.6 * Math.sin((shape + 2) * phase) + (large ? 0 : 0.5) * Math.sin((shape + 3) * phase);
            double noise = CounterRandom.unit(CounterRandom.bits(number, i)) - 0.5;
            wav.putShort((short) (8000 * tone * Math.sin(Math.PI * i / SAMPLES) + 500 * noise));
        }
        return wav.array();
    }

    Example example(List<String> modalities) {
        var parts = new LinkedHashMap<String, Example.Media>();
        if (modalities.contains("image")) {
            parts.put("image", this::picture);
        }
        if (modalities.contains("text")) {
            parts.put("text", () -> caption().getBytes(StandardCharsets.UTF_8));
        }
        if (modalities.contains("sound")) {
            parts.put("sound", this::sound);
        }
        return new Example(number + ": " + caption(), shape, parts);
    }
}
