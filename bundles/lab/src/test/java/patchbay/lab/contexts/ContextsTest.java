package patchbay.lab.contexts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.attention.full.FullAttention;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Shelf;
import patchbay.position.rope.RotaryPosition;
import patchbay.spi.Attention;
import patchbay.spi.Heads;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

@Timeout(120)
class ContextsTest {

    /** Seconds: short, so that little is repeated; a busy machine may take longer for a text than the one before it lets expect. */
    private static final double LIMIT = 2;

    /** What nobody may know of: it is measured because it is there. */
    @Plugin("last-sixteen")
    private static final class LastSixteen implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            var heads = Heads.project(scope, x, 0, false);
            return Heads.joined(scope, heads.attend(scope, 16, 0, scope.bias(heads.keys().dim(1))).output());
        }
    }

    private static final Shelf SHELF = Shelf.of(new FullAttention(), new LastSixteen(), new RotaryPosition());

    private final List<String> ends = new ArrayList<>();
    private final Contexts.Listener listener = new Contexts.Listener() {
        @Override
        public void measured(Point point) {}

        @Override
        public void ended(String attention, Work work, int tokens, String reason) {
            ends.add(tokens + ": " + reason);
        }
    };

    private List<Point> measure(String attention, Work work, List<Integer> lengths) {
        try (var engine = new CpuEngine(2)) {
            return new Contexts(engine, SHELF, LIMIT).measure(attention, work, lengths, listener);
        }
    }

    private static Point point(int tokens, double seconds, long bytes) {
        return new Point("full", Work.forward, tokens, seconds, bytes);
    }

    @Test
    void whateverStandsOnTheShelfIsMeasuredAtEveryWork() {
        assertEquals(List.of("full", "last-sixteen", "unfused"), Contexts.names(SHELF));
        for (var name : Contexts.names(SHELF)) {
            for (var work : Work.values()) {
                var points = measure(name, work, List.of(64));
                assertEquals(List.of(), ends);
                assertTrue(points.getFirst().seconds() > 0 && points.getFirst().bytes() > 0, points::toString);
            }
        }
    }

    /** [H, T, T] scores of 4 bytes are what only the unfused form holds. */
    @Test
    void memoryIsThatOfWhatLiesBetweenInputsAndOutputs() {
        long scores = 4L * Layer.HEADS * 1024 * 1024;
        long unfused = measure("unfused", Work.forward, List.of(1024)).getFirst().bytes();
        assertTrue(unfused >= scores && unfused < 3 * scores, unfused + " bytes, " + scores + " of scores");
        long fused = measure("full", Work.forward, List.of(1024)).getFirst().bytes();
        assertTrue(fused < 8L * 1024 * Layer.DIM * 4, fused + " bytes");
    }

    @Test
    void decodingCountsItsCache() {
        long cache = 2L * 256 * Layer.DIM * 4; // keys and values
        long bytes = measure("full", Work.decode, List.of(256)).getFirst().bytes();
        assertTrue(bytes >= cache && bytes < 1.2 * cache, bytes + " bytes, " + cache + " of the cache");
    }

    @Test
    void whatWouldTakeTooLongIsSaidAndNotTried() {
        assertEquals(1, measure("unfused", Work.training, List.of(512, 1 << 15)).size());
        assertTrue(ends.getFirst().matches("32768: it would (take about \\d+ s|hold about [\\d.]+ GB)"), ends::toString);
        ends.clear();
        assertEquals(List.of(), measure("unfused", Work.forward, List.of(1 << 16)));
        assertTrue(ends.getFirst().contains("more than 2^31 elements"), ends::toString);
        assertTrue(assertThrows(UserError.class, () -> measure("ful", Work.forward, List.of(64))).getMessage().contains("'full'"));
    }

    @Test
    void whatIsExpectedGrowsAsItDid() {
        assertEquals(0, Contexts.expected(List.of(), 100, Point::seconds));
        assertEquals(4, Contexts.expected(List.of(point(100, 1, 1)), 200, Point::seconds), 1e-9);
        assertEquals(8, Contexts.expected(List.of(point(100, 2, 1), point(200, 4, 1)), 400, Point::seconds), 1e-9);
        assertEquals(4, Contexts.expected(List.of(point(100, 5, 1), point(200, 4, 1)), 400, Point::seconds), 1e-9, "noise never shrinks it");
        assertEquals(16, Contexts.expected(List.of(point(100, 0.01, 1), point(200, 4, 1)), 400, Point::seconds), 1e-9, "nor is it worse than unfused");
    }

    @Test
    void theExponentIsThatOfThePowerLaw() {
        var points = IntStream.of(1024, 4096, 8192, 16384, 32768).mapToObj(t -> point(t, 1e-9 * Math.pow(t, 1.5), t < 4096 ? 7 : 3L * t)).toList();
        var growth = Growth.of(points).orElseThrow();
        assertEquals(1.5, growth.time(), 1e-9);
        assertEquals(1, growth.memory(), 1e-9, "shorter texts are not looked at");
        assertEquals(4, growth.points());
        assertTrue(Growth.of(points.subList(0, 3)).isEmpty());
    }

    @Test
    void costsAreWrittenAndReadAndReplaced(@TempDir Path folder) throws Exception {
        var file = folder.resolve("costs.csv");
        assertEquals(List.of(), Costs.read(file).points());
        var costs = new Costs(List.of(point(2048, 0.25, 5_000_000), point(1024, 0.125, 2_000_000), new Point("decay", Work.decode, 1024, 1e-4, 7)));
        costs.write(file);
        assertEquals(costs, Costs.read(file));
        assertEquals(List.of("decay", "full"), costs.attentions());
        var later = costs.with(List.of(point(2048, 0.5, 1)));
        assertEquals(3, later.points().size());
        assertEquals(0.5, later.points().getLast().seconds());
        assertEquals("""
                | forward | 1 K | 2 K | time ∝ T^ | memory ∝ T^ |
                | --- | ---: | ---: | ---: | ---: |
                | full | 125 ms, 2.00 MB | 250 ms, 5.00 MB | - | - |

                | decode | 1 K | time ∝ T^ | memory ∝ T^ |
                | --- | ---: | ---: | ---: |
                | decay | 0.100 ms, 0.000 MB | - | - |

                """, costs.markdown());
        Files.writeString(file, "a,b\n");
        assertTrue(assertThrows(UserError.class, () -> Costs.read(file)).getMessage().contains("costs.csv"));
        Files.writeString(file, "attention,work,tokens,seconds,bytes\nfull,forward,x,1,1\n");
        assertTrue(assertThrows(UserError.class, () -> Costs.read(file)).getMessage().contains("'full,forward,x,1,1'"));
    }

    /** A power of T is a straight line of its slope. */
    @Test
    void theChartIsLogarithmic() throws Exception {
        var points = IntStream.range(10, 15).mapToObj(power -> point(1 << power, 1e-6 * (1 << power), 1000L << power)).toList();
        var svg = CostChart.svg(new Costs(points));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new java.io.ByteArrayInputStream(svg.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        var line = svg.lines().filter(text -> text.contains("<title>full</title>")).findFirst().orElseThrow();
        var numbers = line.replaceAll(".* d=\"M([^\"]*)\".*", "$1").split("[L ]");
        assertEquals(10, numbers.length);
        double slope = (Double.parseDouble(numbers[3]) - Double.parseDouble(numbers[1])) / (Double.parseDouble(numbers[2]) - Double.parseDouble(numbers[0]));
        for (int i = 4; i < 10; i += 2) {
            assertEquals(slope, (Double.parseDouble(numbers[i + 1]) - Double.parseDouble(numbers[i - 1])) / (Double.parseDouble(numbers[i]) - Double.parseDouble(numbers[i - 2])), 0.02);
        }
    }
}
