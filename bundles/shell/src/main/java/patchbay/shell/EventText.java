package patchbay.shell;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.SocketRange;
import patchbay.lab.record.Transfer;

/** What happened in a run, in words. */
final class EventText {

    private EventText() {}

    /** What a person who watches wants to know; empty for what only the record needs. */
    static Optional<String> of(Event event) {
        return Optional.of(words(event)).filter(words -> !words.isEmpty());
    }

    private static String words(Event event) {
        return switch (event) {
            case Event.Started started -> "";
            case Event.Inherited inherited -> "begins with %s: %d parameters as they are, %d copied to every expert, %d new"
                    .formatted(inherited.source(), inherited.same(), inherited.copied(), inherited.started());
            case Event.Resumed resumed -> resumed.checkpoint().isEmpty()
                    ? "begins anew: there was no checkpoint"
                    : step(event) + "resumed from " + resumed.checkpoint();
            case Event.Swapped swapped -> change(swapped);
            case Event.RolledBack back -> change(back);
            case Event.Refused refused -> refusal(refused);
            case Event.Evaluated evaluated -> step(event) + "validation loss " + Numbers.loss(evaluated.loss()) + measures(evaluated.measures());
            case Event.CheckpointFailed failed -> step(event) + "no checkpoint was written: " + failed.reason();
            case Event.Checkpointed checkpointed -> "";
            case Event.Sampled sampled -> "";
            case Event.Paused paused -> step(event) + "paused";
            case Event.Unpaused unpaused -> step(event) + "goes on";
            case Event.Stopped stopped -> step(event) + "stopped: " + stopped.reason();
            case Event.Failed failed -> step(event) + "failed: " + failed.reason();
            case Event.Finished finished -> "";
            case Event.PluginArrived arrived -> step(event) + arrived.kind() + " " + arrived.plugin() + " arrived: " + arrived.provider();
            case Event.PluginGone gone -> step(event) + gone.kind() + " " + gone.plugin() + " is gone: " + gone.provider();
            case Event.Warning warning -> step(event) + "warning: " + warning.text();
        };
    }

    /** {@code , accuracy 98.2 %} and {@code , found at once: image→text 4.5 %, text→image 31.3 % (chance 0.2 %)}; recalls among more are for the record. */
    private static String measures(Map<String, Double> measures) {
        var first = "recall@1 ";
        var recalls = measures.entrySet().stream().filter(measure -> measure.getKey().startsWith(first))
                .map(measure -> measure.getKey().substring(first.length()) + percent(measure.getValue())).collect(Collectors.joining(", "));
        var chance = measures.entrySet().stream().filter(measure -> measure.getKey().startsWith("chance@1 ")).map(measure -> percent(measure.getValue())).findFirst();
        return Optional.ofNullable(measures.get("accuracy")).map(accuracy -> ", accuracy" + percent(accuracy)).orElse("")
                + chance.map(by -> ", found at once: " + recalls + " (chance" + by + ")").orElse("");
    }

    private static String percent(double share) {
        return " %.1f %%".formatted(100 * share);
    }

    private static String step(Event event) {
        return "step " + event.step() + ": ";
    }

    private static String change(Event.Swapped swapped) {
        var words = switch (swapped.plugin()) {
            case Event.Swapped.FROZEN -> swapped.socket() + " learns no more";
            case Event.Swapped.LEARNING -> (swapped.socket().equals("*") ? "everything" : swapped.socket()) + " learns again";
            case Event.Swapped.IMPOSED -> "the routing of run " + swapped.options().get("run") + " is imposed";
            case Event.Swapped.OWN -> "the routers select for themselves again";
            case Event.Swapped.NONE -> swapped.before().isEmpty() ? left(swapped) : "";
            default -> "";
        };
        if (!words.isEmpty()) {
            return step(swapped) + words + "; the training stood still for " + Numbers.milliseconds(swapped.pauseMillis());
        }
        var why = swapped.cause().startsWith("bundle ") ? " (" + swapped.cause() + ")" : "";
        return step(swapped) + sockets(swapped.before(), swapped.after()) + why + "\n  "
                + detail(swapped.after(), swapped.transfer(), swapped.pauseMillis());
    }

    /** One of the experts that share a plugin, which have no sockets of their own. */
    private static String left(Event.Swapped swapped) {
        var into = swapped.options().get("merge");
        return swapped.socket() + " has left" + (into == null ? "" : ", merged into " + into) + ": " + swapped.transfer();
    }

    private static String change(Event.RolledBack back) {
        var why = back.cause().equals("command") ? "" : "(" + back.cause() + ") ";
        var sockets = sockets(back.before(), back.after());
        return step(back) + "rolled back " + why + sockets + (sockets.isEmpty() ? "" : "\n  ")
                + detail(back.after(), back.transfer(), back.pauseMillis());
    }

    static String refusal(Event.Refused refused) {
        return step(refused) + "refused" + (refused.socket().equals("*") ? "" : " " + refused.socket() + " ← " + refused.plugin())
                + ": " + refused.reason();
    }

    /** {@code layers.0-3.moe.router: top-k → cosine}; a socket that was not there before is {@code new}, one that has gone {@code gone}. */
    private static String sockets(List<Fitted> before, List<Fitted> after) {
        var was = by(before);
        var is = by(after);
        var changed = Stream.concat(after.stream(), before.stream().filter(fitted -> !is.containsKey(fitted.socket()))).toList();
        return SocketRange.collapse(changed, Fitted::socket,
                        fitted -> List.of(fitted.plug(), fitted.provider(), plug(was, fitted, "new"), plug(is, fitted, "gone")),
                        (fitted, path) -> new Fitted(path + ": " + plug(was, fitted, "new") + " → " + plug(is, fitted, "gone"),
                                fitted.kind(), fitted.plugin(), Map.of(), fitted.provider()))
                .stream().map(Fitted::socket).collect(Collectors.joining("; "));
    }

    private static Map<String, Fitted> by(List<Fitted> sockets) {
        return sockets.stream().collect(Collectors.toMap(Fitted::socket, fitted -> fitted, (first, _) -> first));
    }

    private static String plug(Map<String, Fitted> sockets, Fitted fitted, String none) {
        var there = sockets.get(fitted.socket());
        return there == null ? none : there.plug().toString();
    }

    private static String detail(List<Fitted> after, Transfer transfer, double pauseMillis) {
        var bundles = after.stream().map(fitted -> fitted.provider().toString()).distinct().collect(Collectors.joining(", "));
        return (bundles.isEmpty() ? "" : bundles + ": ") + transfer + "; the training stood still for " + Numbers.milliseconds(pauseMillis);
    }
}
