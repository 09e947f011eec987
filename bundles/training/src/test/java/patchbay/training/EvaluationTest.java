package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.data.EvaluationBatches;
import patchbay.data.TokenStream;
import patchbay.model.Plug;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Tensor;
import patchbay.tensor.reference.ReferenceEngine;

class EvaluationTest {

    /** Sends every token to the expert that is called as its domain, and to the one before it. */
    @Plugin("by-domain")
    static final class ByDomain implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.domains().oneHot(scope.experts());
        }
    }

    @Test
    void whoGetsWhichDomain() {
        int length = 4 * Fixture.CONTEXT + 1;
        var domains = new short[length];
        for (int i = 0; i < length; i++) {
            domains[i] = (short) (i / Fixture.CONTEXT % 2 + 1); // 1, 2, 1, 2: one a window
        }
        var held = new EvaluationBatches(new TokenStream(new int[length], domains, new int[] {0}), 2, Fixture.CONTEXT, 9);
        var plugs = Map.of("layers.*.moe.router", Plug.of("by-domain"));
        try (var learner = Learner.begin(new ReferenceEngine(), Fixture.decoder(Fixture.MODEL, plugs, new ByDomain()),
                Fixture.training(8, 2, 1), 1)) {
            var result = learner.evaluate(held).domains().get("layers.0.moe");
            assertEquals(3, result.length);
            assertArrayEquals(new double[] {0, 0, 0, 0}, result[0]);
            assertArrayEquals(new double[] {16, 16, 0, 0}, result[1], "its own, and of equals the first");
            assertArrayEquals(new double[] {16, 0, 16, 0}, result[2]);
        }
    }
}
