package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import patchbay.spi.Attention;
import patchbay.spi.Balancer;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.spi.Router;
import patchbay.spi.Routing;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** Plugins with one fault each: their contracts find it. */
class FaultyPluginsTest {

    /** Runs a contract; the tests that failed, by method, with the reason. */
    private static Map<String, String> failures(Class<?> contract) {
        var failures = new TreeMap<String, String>();
        var request = LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(contract)).build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(reason -> failures.put(test.getDisplayName().replace("()", ""), String.valueOf(reason)));
            }
        });
        return failures;
    }

    private static void assertFinds(Class<?> contract, String... tests) {
        var failures = failures(contract);
        for (var test : tests) {
            assertTrue(failures.containsKey(test), test + " should fail; these do: " + failures);
        }
    }

    @Plugin("Keeps_It")
    static final class KeepingRouter implements Router {

        private int asked;

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts()).multiply(++asked);
        }
    }

    static class Keeping extends RouterContract {

        @Override
        protected Router plugin() {
            return KEPT;
        }

        private static final KeepingRouter KEPT = new KeepingRouter();
    }

    @Test
    void fieldsAndNames() {
        assertFinds(Keeping.class, "nothingIsKeptInFields", "aNameInLowerCaseWithHyphens", "twoBuildsAreTheSameGraph");
    }

    @Plugin("faulty")
    static final class MixingRouter implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            var scores = scope.linear("weight", tokens, scope.experts());
            return scores.subtract(scores.mean(0)).add(scope.noise(scores.shape()).multiply(0.1f)); // of the batch, and always noisy
        }
    }

    static class Mixing extends RouterContract {

        @Override
        protected Router plugin() {
            return new MixingRouter();
        }
    }

    @Test
    void aRouterThatLooksAtTheBatchOrIsAlwaysNoisy() {
        assertFinds(Mixing.class, "aRouteDependsOnWhatIsInReachAlone", "nothingIsRandomOutsideOfTraining", "aWholeModelWithItLeaksNothingOfTheFuture");
    }

    @Plugin("faulty")
    static final class BlindRouter implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts()).stopGradient();
        }

        /** The first expert k times. */
        @Override
        public Tensor select(Scope scope, Tensor preferences) {
            return scope.graph().constant(Shape.of(preferences.dim(0), scope.k()), new int[preferences.dim(0) * scope.k()]);
        }

        @Override
        public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
            return scores.gatherLast(chosen);
        }
    }

    static class Blind extends RouterContract {

        @Override
        protected Router plugin() {
            return new BlindRouter();
        }
    }

    @Test
    void aRouterWithoutGradientsThatChoosesTwiceAndWeighsNegatively() {
        assertFinds(Blind.class, "gradientsAreThoseOfFiniteDifferences", "choicesAreDistinctAndExist",
                "weightsAreFiniteAndNotNegativeForAnyTokens", "thePreferredExpertIsChosen");
    }

    @Plugin("faulty")
    static final class UnmaskedBalancer implements Balancer {

        @Override
        public Optional<Tensor> loss(Scope scope, Routing routing) {
            var share = routing.counts().divide(routing.counts().sum()); // 0 / 0 where all is padding
            return Optional.of(share.multiply(routing.affinities().mean(0)).sum());
        }

        @Override
        public void update(Scope scope, Tensor counts) {
            var state = scope.state("last", Shape.of(scope.experts()), Initializer.zeros());
            scope.graph().update(state, counts); // not through the scope, so in evaluation too
        }
    }

    static class Unmasked extends BalancerContract {

        @Override
        protected Balancer plugin() {
            return new UnmaskedBalancer();
        }
    }

    @Test
    void aBalancerThatCountsPadding() {
        assertFinds(Unmasked.class, "paddingChangesNothing", "aBatchOfPaddingAloneIsFinite", "nothingIsLearntOrRememberedInEvaluation");
    }

    @Plugin("faulty")
    static final class SharingExpert implements Expert {

        /** One more row for each expert than there is. */
        @Override
        public Optional<float[]> carryOver(String variable, Shape before, float[] values, Shape now) {
            return Optional.of(new float[now.size() + 1]);
        }

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            var one = scope.parameter("weight", Shape.of(scope.dim(), scope.dim()), Initializer.normal(0.3f));
            var own = scope.linear("own", rows, scope.dim());
            return rows.matmul(one).add(own.multiply(scope.experts())).add(rows.mean(0)); // another one in a mixture than alone
        }
    }

    static class Sharing extends ExpertContract {

        @Override
        protected Expert plugin() {
            return new SharingExpert();
        }
    }

    @Test
    void anExpertThatMixesRowsAndIsAnotherOneAlone() {
        assertFinds(Sharing.class, "aRowDependsOnItselfAndItsExpertAlone", "everyExpertIsADenseFeedForwardOfItsOwn",
                "allExpertsWithEqualWeightsAreTheirMean", "carriedValuesHaveTheNewLength", "aWholeModelWithItIgnoresPadding");
    }

    @Plugin("faulty")
    static final class OpenAttention implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            var q = x.reshape(x.dim(0), x.dim(1), scope.heads(), x.dim(2) / scope.heads());
            var mixed = Networks.attention(q, q, q, scope.start(), false, 1); // no mask and no cache
            return scope.residual("output", mixed.reshape(x.shape()), scope.dim()).add(x.mean(0));
        }
    }

    static class Open extends AttentionContract {

        @Override
        protected Attention plugin() {
            return new OpenAttention();
        }
    }

    @Test
    void anAttentionThatSeesTheFutureOtherSequencesAndNoCache() {
        assertFinds(Open.class, "aTokenChangesNothingBeforeIt", "aSequenceDependsOnItselfAlone", "decodingGivesWhatTheWholeSequenceGives",
                "aWholeModelWithItLeaksNothingOfTheFuture", "aWholeModelWithItDecodesWhatItComputesAtOnce");
    }

    @Plugin("faulty")
    static final class StartlessPosition implements Position {

        @Override
        public Tensor embed(Scope scope, Tensor embeddings) {
            var table = scope.parameter("table", Shape.of(scope.context(), scope.dim()), Initializer.normal(1));
            return embeddings.add(table.slice(0, 0, embeddings.dim(1)));
        }
    }

    static class Startless extends PositionContract {

        @Override
        protected Position plugin() {
            return new StartlessPosition();
        }
    }

    @Test
    void aPositionThatForgetsWhereItStarts() {
        assertFinds(Startless.class, "decodingCountsFromItsStart", "aWholeModelWithItDecodesWhatItComputesAtOnce");
    }

    @Plugin("faulty")
    static final class UntypedOptions implements Position {

        @interface Options {
            int[] sizes() default {};

            int needed();
        }

        @Override
        public Class<? extends Annotation> options() {
            return Options.class;
        }
    }

    static class Untyped extends PositionContract {

        @Override
        protected Position plugin() {
            return new UntypedOptions();
        }

        @Override
        protected List<Map<String, Object>> optionSets() {
            return List.of(Map.of("needed", 1));
        }
    }

    @Test
    void optionsWithoutDefaults() {
        assertFinds(Untyped.class, "optionsHaveDefaultsAndCanBeSetFromText");
    }
}
