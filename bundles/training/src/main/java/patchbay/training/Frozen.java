package patchbay.training;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import patchbay.model.ModelSettings;
import patchbay.model.Socket;
import patchbay.model.SocketPattern;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

/**
 * What of a model does not learn: whole parameters, or single experts' slices of the parameters of those that share a plugin.
 * A pattern stands for everything under the paths that it matches; a slice has the path of an expert, {@code layers.0.moe.experts.3}. A parameter
 * of the shared plugin has a slice an expert if its first axis is as long as there are such experts; what they have in common
 * goes on learning when one of them is frozen.
 *
 * @param experts names of those that share a plugin, in order
 */
public record Frozen(List<SocketPattern> patterns, List<String> experts, List<String> extras) {

    private static final Pattern EXPERTS = Pattern.compile("(layers\\.\\d+\\.moe\\.experts)\\.(.+)");

    static Frozen of(ModelSettings model) {
        return new Frozen(model.frozen().stream().map(text -> pattern(text, model)).toList(), model.sharing(), model.extras());
    }

    /** An expert is meant in every layer. */
    private static SocketPattern pattern(String text, ModelSettings model) {
        return new SocketPattern(model.expertNames().contains(text) ? Socket.extras(text) : text);
    }

    /**
     * Refuses what {@code text}, an expert's number or name or a pattern of parameters, would not freeze anything of.
     *
     * @param parameters the model's, by name
     */
    public static void check(String text, ModelSettings model, Collection<String> parameters) {
        var pattern = pattern(text, model);
        var paths = new TreeSet<String>();
        parameters.forEach(name -> {
            paths.add(name);
            experts(name).ifPresent(of -> model.expertNames().forEach(expert -> paths.add(of + "." + expert)));
        });
        if (paths.stream().noneMatch(path -> covers(pattern, path))) {
            var valid = new TreeSet<>(parameters);
            if (parameters.stream().anyMatch(name -> experts(name).isPresent())) {
                valid.addAll(model.expertNames());
            }
            throw UserError.unknown("expert or parameter", text, valid);
        }
    }

    /** Whether nothing of the parameter learns. */
    boolean wholly(String name, Shape shape) {
        return patterns.stream().anyMatch(pattern -> covers(pattern, name))
                || slices(name, shape).filter(slices -> count(slices) == slices.length).isPresent();
    }

    /** Which experts' slices of the parameter do not learn; empty if all do, or if it has none. */
    Optional<boolean[]> slices(String name, Shape shape) {
        var of = experts(name).filter(_ -> shape.rank() > 0 && shape.dim(0) == experts.size())
                .filter(path -> extras.stream().noneMatch(extra -> name.startsWith(path + "." + extra + ".")));
        return of.map(path -> {
            var slices = new boolean[experts.size()];
            for (int expert = 0; expert < slices.length; expert++) {
                var slice = path + "." + experts.get(expert);
                slices[expert] = patterns.stream().anyMatch(pattern -> covers(pattern, slice));
            }
            return slices;
        }).filter(slices -> count(slices) > 0);
    }

    private static int count(boolean[] slices) {
        int count = 0;
        for (var slice : slices) {
            count += slice ? 1 : 0;
        }
        return count;
    }

    /** The socket of the experts that the parameter is of. */
    private static Optional<String> experts(String parameter) {
        var experts = EXPERTS.matcher(parameter);
        return experts.matches() ? Optional.of(experts.group(1)) : Optional.empty();
    }

    /** Whether the pattern matches the path, or one that it lies under. */
    private static boolean covers(SocketPattern pattern, String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
            if (pattern.matches(path.substring(0, end))) {
                return true;
            }
        }
        return false;
    }
}
