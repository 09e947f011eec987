package patchbay.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Transfer;
import patchbay.model.Fitting;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.training.Learner;
import patchbay.training.Probe;

/**
 * A changed model that was built, compiled and tried beside the running one.
 *
 * @param before what is in the changed sockets while the running model is in use; the engine too, if it changes
 * @param after what will be in them
 */
record Candidate(Learner learner, List<Fitted> before, List<Fitted> after) {

    /** Why a change without effect is refused. */
    static final String NOTHING = "nothing would change: that is what is in the socket";

    /**
     * Builds and tries it; {@code running} may go on training meanwhile.
     *
     * @param on the engine that it is to be on
     * @param past the model before the last swap
     * @param data that it is to be trained on
     * @param step steps done when it is to take over
     * @throws UserError if it does not pass
     */
    static Candidate build(Learner running, Change change, Engine on, Archive archive, Optional<Past> past, RunData data, long step) {
        var rack = change.apply(running.model().rack(), archive, past);
        var before = new ArrayList<Fitted>();
        var after = new ArrayList<Fitted>();
        rack.fittings().forEach((path, fitting) -> {
            var present = Optional.ofNullable(running.model().rack().fittings().get(path));
            if (present.filter(there -> same(there, fitting)).isEmpty()) {
                present.map(Fitted::of).ifPresent(before::add);
                after.add(Fitted.of(fitting));
            }
        });
        running.model().rack().fittings().values().stream()
                .filter(gone -> !rack.fittings().containsKey(gone.socket().path())).map(Fitted::of).forEach(before::add);
        if (on != running.engine()) {
            before.add(Fitted.of(running.engine()));
            after.add(Fitted.of(on));
        }
        if (after.isEmpty() && before.isEmpty() && rack.settings().equals(running.model().rack().settings())) {
            throw new UserError(NOTHING);
        }
        var model = running.model().with(rack);
        data.checkReaders(model);
        var learner = change instanceof Change.Back
                ? running.candidate(on, model, step, past.orElseThrow().earlier())
                : running.candidate(on, model, step, change.succession());
        try {
            Probe.check(model, learner.variables());
        } catch (RuntimeException | Error failure) {
            learner.close();
            throw failure;
        }
        return new Candidate(learner, before, after);
    }

    private static boolean same(Fitting a, Fitting b) {
        return a.plug().equals(b.plug()) && a.offer().part() == b.offer().part();
    }

    /** What becomes of the parameters when it takes over from {@code running}. */
    Transfer transferFrom(Learner running) {
        var old = running.births().keySet();
        var now = learner.births();
        var renamed = learner.renamed();
        boolean all = learner.engine() != running.engine();
        var changed = after.stream().map(fitted -> fitted.socket() + ".").toList();
        var carried = new ArrayList<String>();
        var reshaped = new ArrayList<String>();
        var started = new ArrayList<String>();
        int untouched = 0;
        for (var name : now.keySet().stream().sorted().toList()) {
            if (learner.reshaped().contains(name)) {
                reshaped.add(name);
            } else if (renamed.containsKey(name)) {
                carried.add(name);
            } else if (!old.contains(name) || learner.anew().contains(name)) {
                started.add(name);
            } else if (all || changed.stream().anyMatch(name::startsWith)) {
                carried.add(name);
            } else {
                untouched++;
            }
        }
        var lost = old.stream().filter(name -> !now.containsKey(name) && !renamed.containsValue(name)).sorted().toList();
        return new Transfer(untouched, carried, reshaped, started, lost);
    }
}
