package patchbay.engine.tornado;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that runs where TornadoVM's SDK is, and says in one line that it was left out where it is not. */
@Tag("tornado")
@ExtendWith(NeedsTornado.Condition.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface NeedsTornado {

    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (System.getenv("TORNADOVM_HOME") != null) {
                return ConditionEvaluationResult.enabled("TORNADOVM_HOME is set");
            }
            if (context.getTestMethod().isEmpty()) {
                System.out.println(context.getRequiredTestClass().getSimpleName() + " left out: TORNADOVM_HOME is not set");
            }
            return ConditionEvaluationResult.disabled("TORNADOVM_HOME is not set");
        }
    }
}
