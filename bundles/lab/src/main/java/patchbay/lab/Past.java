package patchbay.lab;

import java.util.List;
import java.util.Map;
import java.util.Set;
import patchbay.lab.record.Fitted;
import patchbay.model.ModelSettings;
import patchbay.tensor.Variables;
import patchbay.training.Earlier;
import patchbay.training.Learner;

/**
 * A model that was replaced, as far as it takes to go back to it. It names its plugins and does not hold them, so that
 * a removed bundle's classes can go.
 *
 * @param engine name of the one that it was on
 * @param variables the values that its successor has no use for
 * @param births when its parameters joined
 * @param changed experts, by name, that were not passed on as they were
 */
record Past(String engine, ModelSettings model, List<Fitted> sockets, Variables variables, Map<String, Long> births, Set<String> changed) {

    /**
     * @param by what replaced it
     * @param lost its values that are not its successor's
     */
    static Past of(Learner replaced, Change by, Variables lost) {
        var rack = replaced.model().rack();
        var changed = by.succession().merge().map(merge -> Set.of(merge.staying())).orElse(Set.of());
        return new Past(replaced.engine().name(), rack.settings(), Fitted.of(rack.fittings().values()), lost, replaced.births(), changed);
    }

    /** The same model at values that do not go on changing. */
    Past with(Variables kept) {
        return new Past(engine, model, sockets, kept, births, changed);
    }

    Earlier earlier() {
        return new Earlier(variables, births, changed);
    }
}
