package patchbay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {

    private static final float[] LOGITS = {0.5f, -0f, 2, 0, 2, -3, Float.NEGATIVE_INFINITY, 1.5f};

    @Test
    void withoutATemperatureTheFirstOfTheGreatest() {
        assertEquals(2, new Sampling(0, 0, 1).draw(LOGITS, new SplittableRandom(1)));
    }

    /** Each draw is what the definition, written out with a sort of boxed numbers, says. */
    @ParameterizedTest
    @CsvSource({"1, 0, 1", "0.7, 3, 1", "2, 0, 0.6", "1.3, 5, 0.9", "1, 1, 1", "1, 100, 1", "0.5, 7, 0.3"})
    void drawsFromTheLikeliestInOrder(double temperature, int topK, double topP) {
        var random = new SplittableRandom(7);
        var logits = new float[40];
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < logits.length; i++) {
                logits[i] = random.nextInt(12) - 6; // with equals
            }
            long seed = random.nextLong();
            assertEquals(plain(logits, temperature, topK, topP, new SplittableRandom(seed)),
                    new Sampling(temperature, topK, topP).draw(logits, new SplittableRandom(seed)));
        }
    }

    private static int plain(float[] logits, double temperature, int topK, double topP, SplittableRandom random) {
        var order = IntStream.range(0, logits.length).boxed().sorted(Comparator.comparing((Integer token) -> -logits[token]))
                .limit(topK > 0 ? topK : logits.length).toList();
        var weights = order.stream().map(token -> Math.exp((logits[token] - logits[order.getFirst()]) / temperature)).toList();
        double sum = weights.stream().reduce(0.0, Double::sum);
        double nucleus = 0;
        int within = 0;
        while (within < weights.size() && nucleus < topP * sum) {
            nucleus += weights.get(within++);
        }
        double point = random.nextDouble() * nucleus;
        for (int i = 0; i < within; i++) {
            point -= weights.get(i);
            if (point < 0) {
                return order.get(i);
            }
        }
        return order.getFirst();
    }
}
