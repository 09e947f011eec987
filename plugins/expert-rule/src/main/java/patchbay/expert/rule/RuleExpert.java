package patchbay.expert.rule;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Expert;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * An expert that is no network: rules with conditions on a row's token and on the domain of its document, each with a learnt vector. A row
 * becomes the sum of the vectors of the rules that fire for it. What is learnt can be read: which rule fired how often (the state
 * {@code fired}, counted while training), and what its vector says.
 *
 * <p>{@code rules} is text, usually a file's: {@code rules: "@vowels.rules"} in an experiment, which then keeps the file's content, so that
 * a replay needs no file. A line a rule, in any order:
 * <pre>
 * # name: conditions, of which all must hold; of several tokens or domains one must be it
 * vowels: token a e i o u
 * living things: domain noun.animal noun.plant
 * a new verb: token A B C and domain verb.motion verb.change
 * digits by number: token #48 #49 #50
 * everything: always
 * </pre>
 * {@code \s} is a space and {@code \n} the end of a line. A rule's vector belongs to its place: in a text with more rules at the end the
 * first keep theirs. It stands beside other experts, as one of {@code model.extras}, or in the place of all: then each expert has vectors
 * of its own. No rule fires for what is no text; where text is generated no domain is known.
 */
@Component
@Plugin("rule")
public class RuleExpert implements Expert {

    /** The options. */
    public @interface Options {

        /** The rules, a line each; or {@code @} and the path of a file with them. */
        String rules() default "everything: always";
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor forward(Scope scope, Tensor rows) {
        var rules = Rule.read(scope.options(Options.class).rules(), scope::token, scope::domain);
        var ids = scope.ids(); // [R]
        var fired = Rule.matches(scope.graph(), ids, rules, Rule::tokens).multiply(ids.greaterOrEqual(0).unsqueeze(1)); // [R, rules]
        if (rules.stream().anyMatch(rule -> !rule.domains().isEmpty())) {
            fired = fired.multiply(Rule.matches(scope.graph(), scope.domains(), rules, Rule::domains));
        }
        var times = scope.state("fired", Shape.of(rules.size()), Initializer.zeros());
        scope.update(times, times.add(fired.sum(0)));
        return scope.residual("vectors", fired, scope.dim());
    }

    /** The first rules keep their vectors and counts; what comes behind starts at zero. */
    @Override
    public Optional<float[]> carryOver(String variable, Shape before, float[] values, Shape now) {
        int axis = before.rank() - (variable.equals("fired") ? 1 : 2); // that of the rules
        if (axis < 0 || before.rank() != now.rank() || !before.with(axis, 1).equals(now.with(axis, 1))) {
            return Optional.empty();
        }
        int width = before.span(axis + 1, before.rank());
        int then = before.dim(axis) * width;
        int here = now.dim(axis) * width;
        var carried = new float[now.size()];
        for (int expert = 0; expert < values.length / then; expert++) {
            System.arraycopy(values, expert * then, carried, expert * here, Math.min(then, here));
        }
        return Optional.of(carried);
    }
}
