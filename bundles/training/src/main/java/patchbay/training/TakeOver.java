package patchbay.training;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.model.Fitting;
import patchbay.model.Model;
import patchbay.tensor.Engine;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/** What a changed model has of the one before: variables that both share, and what becomes of the others at the moment at which it takes over. */
final class TakeOver {

    private final Variables variables;
    private final Births births;
    private final Map<String, Shape> reshaped;
    /** Variables that the model before keeps elsewhere, or by the other name that is told here: they are copied when this one takes over. */
    private final Map<String, String> moved;
    /** Variables of the model before that this one has with other first values. */
    private final Set<String> anew;
    private Succession succession;
    /** What an earlier model had, which this one goes back to. */
    private Optional<Earlier> earlier;

    private TakeOver(Variables variables, Births births, Map<String, Shape> reshaped, Map<String, String> moved, Set<String> anew, Succession succession,
            Optional<Earlier> earlier) {
        this.variables = variables;
        this.births = births;
        this.reshaped = reshaped;
        this.moved = moved;
        this.anew = anew;
        this.succession = succession;
        this.earlier = earlier;
    }

    /** There is no model before: values, if any, are a checkpoint's. */
    static TakeOver none(Variables values, Births births) {
        return new TakeOver(values, births, Map.of(), Map.of(), Set.of(), Succession.none(), Optional.empty());
    }

    /**
     * What {@code changed} takes over of the model of {@code before}, which can go on training until then: it shares the variables whose names and shapes are the same and
     * starts with first values elsewhere.
     *
     * @param on the engine that it will be on
     * @param step steps done when it is to take over
     */
    static TakeOver of(Learner before, Engine on, Model changed, long step, Succession succession, Optional<Earlier> earlier) {
        var model = before.model();
        var variables = before.variables();
        var births = before.births();
        var slices = slices(model, changed, succession);
        var taken = on.variables();
        var shapes = new LinkedHashMap<String, Shape>();
        var known = new LinkedHashMap<String, Long>();
        var elsewhere = new LinkedHashMap<String, String>();
        var anew = new LinkedHashSet<String>();
        var byUnwrapped = new LinkedHashMap<String, String>();
        variables.names().forEach(name -> byUnwrapped.put(unwrapped(model, name), name));
        Learner.asked(changed).forEach((name, shape) -> {
            boolean here = variables.contains(name);
            if (here && earlier.isEmpty() && beginsElsewhere(model, changed, Update.parameter(name), shape)) {
                anew.add(name);
                return;
            }
            if (here && variables.type(name).shape().equals(shape)) {
                var lost = earlier.filter(past -> past.has(name, shape)); // as it began anew in the model that is gone back from
                if (lost.isPresent()) {
                    take(name, lost.get().variables(), taken);
                    known.computeIfAbsent(name, lost.get().births()::get);
                    return;
                }
                if (take(name, variables, taken)) {
                    elsewhere.put(name, name);
                }
                known.computeIfAbsent(name, births::get);
                return;
            }
            var origin = byUnwrapped.get(unwrapped(changed, name)); // of a part that wraps another one, or does so no more
            if (!here && origin != null && variables.type(origin).shape().equals(shape)) {
                copy(origin, variables, name, taken);
                elsewhere.put(name, origin);
                known.computeIfAbsent(name, _ -> births.get(origin));
                return;
            }
            boolean carried = here && carried(changed, name, variables, shape, slices).isPresent();
            if (here && slices.loseSharing() && !carried) {
                throw new UserError("an expert cannot be taken out: " + name + " is " + variables.type(name).shape() + " and would be " + shape
                        + ", which is not one slice an expert");
            }
            var kept = earlier.filter(past -> !carried && past.has(name, shape));
            if (kept.isPresent()) {
                take(name, kept.get().variables(), taken);
                known.computeIfAbsent(name, kept.get().births()::get);
            } else if (here) {
                shapes.put(name, variables.type(name).shape());
                if (Update.isMoment(name) && carried) {
                    known.computeIfAbsent(Update.parameter(name), births::get); // as old as its moments
                }
            }
        });
        return new TakeOver(taken, Births.at(step, known), shapes, elsewhere, anew, succession, earlier);
    }

    /** Whether the changed model's parameter begins with what was trained elsewhere, and not with what the model before began with and has trained since. */
    private static boolean beginsElsewhere(Model before, Model changed, String parameter, Shape shape) {
        if (before.rack().encoder(parameter).map(Fitting::plug).equals(changed.rack().encoder(parameter).map(Fitting::plug))) {
            return false;
        }
        var now = changed.rack().pretrained(parameter);
        if (now.isEmpty()) {
            return false;
        }
        var then = before.rack().pretrained(parameter);
        return then.isEmpty() || !Arrays.equals(then.get().values(shape, 0), now.get().values(shape, 0));
    }

    private static String unwrapped(Model model, String variable) {
        var parameter = Update.parameter(variable);
        return variable.substring(0, variable.length() - parameter.length()) + model.rack().unwrapped(parameter);
    }

    /** Shares what lives in the same place and copies what does not; whether it copied. */
    private static boolean take(String name, Variables from, Variables into) {
        boolean copied = !into.isBeside(from);
        if (copied) {
            copy(name, from, name, into);
        } else {
            into.share(name, from);
        }
        return copied;
    }

    private static void copy(String name, Variables from, String to, Variables into) {
        var type = from.type(name);
        if (type.dtype().isFloat()) {
            var floats = new float[type.size()];
            from.read(name, floats);
            into.put(to, type, floats);
        } else {
            var ints = new int[type.size()];
            from.read(name, ints);
            into.put(to, type, ints);
        }
    }

    /**
     * Passes on what is kept elsewhere, what changed its shape, by the new parts' own rules or expert by expert, and what experts that join or leave pass on.
     * Called once, between two steps of {@code before}.
     */
    void takeOver(Learner before, Model model) {
        moved.forEach((name, origin) -> copy(origin, before.variables(), name, variables));
        var slices = slices(before.model(), model, succession);
        reshaped.forEach((name, was) -> {
            var type = variables.type(name);
            carried(model, name, before.variables(), type.shape(), slices).ifPresent(values -> {
                earlier.filter(past -> past.has(name, type.shape())).ifPresent(past ->
                        slices.restore(was, values, type.shape(), values(past.variables(), name), past.changed()));
                succession.merge().filter(_ -> !Update.isMoment(name)).ifPresent(merge -> merge.shares().forEach((mixture, share) -> {
                    if (name.startsWith(mixture + ".experts.")) {
                        slices.merge(was, values(before.variables(), name), type.shape(), values, merge.leaving(), merge.staying(), share);
                    }
                }));
                variables.put(name, type, values);
            });
        });
        if (earlier.isEmpty()) {
            new Newcomers(before.variables(), variables, slices, succession.values()).join(model, births.steps().keySet());
        }
        succession = Succession.none(); // it need not be held any longer
        earlier = Optional.empty();
    }

    private static ExpertSlices slices(Model before, Model now, Succession succession) {
        return new ExpertSlices(before.rack().settings(), now.rack().settings(), succession.copies());
    }

    private static float[] values(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    /** What becomes of {@code name} in another shape: by the rule of the part that it now belongs to, or expert by expert. */
    private static Optional<float[]> carried(Model model, String name, Variables from, Shape now, ExpertSlices slices) {
        var was = from.type(name).shape();
        var values = values(from, name);
        var parameter = Update.parameter(name);
        return model.rack().fittings().values().stream()
                .filter(fitting -> parameter.startsWith(fitting.socket().path() + "."))
                .max(Comparator.comparingInt(fitting -> fitting.socket().path().length())) // an extra expert's, before the others' around it
                .flatMap(fitting -> {
                    var local = parameter.substring(fitting.socket().path().length() + 1);
                    var carried = fitting.offer().part().carryOver(local, was, values, now);
                    if (carried.isPresent() && carried.get().length != now.size()) {
                        throw new UserError(fitting.place() + " carried over " + carried.get().length + " values of '" + local
                                + "'; its shape " + now + " has " + now.size());
                    }
                    return carried;
                }).or(() -> slices.pass(was, values, now));
    }

    /** Of the changed model: those of the one before that it shares, and what is declared later. */
    Variables variables() {
        return variables;
    }

    Births births() {
        return births;
    }

    /** Variables that were there with another shape. */
    Set<String> reshaped() {
        return Collections.unmodifiableSet(reshaped.keySet());
    }

    /** Variables of that name that the model before had too, but which begin anew, with what was trained elsewhere. */
    Set<String> anew() {
        return Collections.unmodifiableSet(anew);
    }

    /** Parameters that the model before had by another name, with that. */
    Map<String, String> renamed() {
        var renamed = new LinkedHashMap<>(moved);
        renamed.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()) || Update.isMoment(entry.getKey()));
        return renamed;
    }
}
