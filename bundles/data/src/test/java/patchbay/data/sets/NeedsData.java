package patchbay.data.sets;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that runs where a data set is in the standard cache, and says in one line that it was left out where it is not. */
@Tag("large")
@ExtendWith(NeedsData.Condition.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface NeedsData {

    /** The data set's name. */
    String value();

    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            var set = DataSet.named(context.getRequiredTestMethod().getAnnotation(NeedsData.class).value());
            if (DataCache.standard().find(set).isPresent()) {
                return ConditionEvaluationResult.enabled(set.name() + " is there");
            }
            System.out.println(context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName() + " left out: the data set '" + set.name()
                    + "' is not there; " + DataCache.advice(set));
            return ConditionEvaluationResult.disabled(set.name() + " is not there");
        }
    }
}
