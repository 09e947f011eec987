package patchbay.lab.contexts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import patchbay.model.Offer;
import patchbay.model.Shelf;
import patchbay.spi.Attention;
import patchbay.spi.Position;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;

/**
 * Measures attentions with their default options over longer and longer texts, each as one layer of dim 256 with 4 heads and rotary
 * positions. A text that by what the shorter ones took would need more than the time or the memory there is ends a series, with the reason.
 *
 * @param shelf where the attentions come from; {@link #UNFUSED} stands beside them
 * @param limit seconds that a run may take
 */
public record Contexts(Engine engine, Shelf shelf, double limit) {

    /** Full attention with all of its scores in memory, to compare others with. */
    public static final String UNFUSED = Unfused.NAME;

    private static final String POSITION = "rope";
    /** What the JVM needs beside the arrays of a program. */
    private static final double HEAP = 0.8;
    /** Shares of the limit: how long a series runs before it is measured, for the compiler to get through; from when on a run counts alone; how long shorter ones are repeated. */
    private static final double WARM_UP = 0.15;
    private static final double LONG = 0.1;
    private static final double REPEATED = 0.03;
    private static final int FEWEST = 3;

    /** Is told what is measured as it is. */
    public interface Listener {

        void measured(Point point);

        /** @param reason why neither this text nor a longer one was measured */
        void ended(String attention, Work work, int tokens, String reason);
    }

    /** The attentions that can be measured. */
    public static List<String> names(Shelf shelf) {
        return Stream.concat(shelf.offers().stream().filter(offer -> offer.kind() == Attention.class).map(Offer::name).sorted(), Stream.of(UNFUSED)).toList();
    }

    /**
     * Measures one attention at one work.
     *
     * @param lengths texts' T, increasing
     * @throws UserError if there is no such attention
     */
    public List<Point> measure(String name, Work work, List<Integer> lengths, Listener listener) {
        var attention = attention(name);
        var position = (Position) shelf.offer(Position.class, POSITION).part();
        var points = new ArrayList<Point>();
        for (int tokens : lengths) {
            double seconds = expected(points, tokens, Point::seconds);
            double bytes = expected(points, tokens, Point::bytes);
            if (seconds > limit || bytes > memory()) {
                listener.ended(name, work, tokens, seconds > limit ? text("it would take about %.0f s", seconds) : text("it would hold about %.1f GB", bytes / 1e9));
                break;
            }
            try (var layer = new Layer(engine, attention, position, shelf, work, tokens)) {
                var point = new Point(name, work, tokens, seconds(layer, points.isEmpty()), layer.bytes());
                points.add(point);
                listener.measured(point);
            } catch (OutOfMemoryError tooLarge) {
                listener.ended(name, work, tokens, "the JVM's memory does not hold it");
                break;
            } catch (UserError refused) { // more than 2³¹ elements in a tensor; what the attention itself does not like
                listener.ended(name, work, tokens, refused.getMessage());
                break;
            }
        }
        return points;
    }

    private Attention attention(String name) {
        if (name.equals(UNFUSED)) {
            return new Unfused();
        }
        return shelf.offers().stream().filter(offer -> offer.kind() == Attention.class && offer.name().equals(name)).findFirst()
                .map(offer -> (Attention) offer.part()).orElseThrow(() -> UserError.unknown("attention", name, names(shelf)));
    }

    private static double memory() {
        return HEAP * Runtime.getRuntime().maxMemory();
    }

    /** As the last two points grew, never shrinking and at most quadratically, whatever disturbed them; from one quadratically, and from nothing 0. */
    static double expected(List<Point> points, int tokens, ToDoubleFunction<Point> y) {
        if (points.isEmpty()) {
            return 0;
        }
        int size = points.size();
        double exponent = size < 2 ? 2 : Math.clamp(Growth.exponent(points.subList(size - 2, size), y), 0, 2);
        return y.applyAsDouble(points.getLast()) * Math.pow((double) tokens / points.getLast().tokens(), exponent);
    }

    private double seconds(Layer layer, boolean first) {
        double warm = 0;
        while (first && warm < WARM_UP * limit) {
            warm += once(layer);
        }
        double alone = once(layer);
        if (alone >= LONG * limit) {
            return alone;
        }
        var times = new ArrayList<Double>();
        double all = 0;
        while (times.size() < FEWEST || all < REPEATED * limit) {
            times.add(once(layer));
            all += times.getLast();
        }
        var sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1).average().orElseThrow();
    }

    private static double once(Layer layer) {
        long begin = System.nanoTime();
        layer.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
