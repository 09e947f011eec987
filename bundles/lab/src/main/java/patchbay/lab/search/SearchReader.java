package patchbay.lab.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import patchbay.lab.Experiment;
import patchbay.lab.YamlTree;
import patchbay.tensor.Nearest;
import patchbay.tensor.UserError;

/** Makes a {@link Search} of its YAML: grids are multiplied out, and every mistake is told with its place. */
final class SearchReader {

    private static final List<String> KEYS = List.of("name", "base", "seeds", "halving", "first-rung", "budget", "baseline",
            "active-compute", "tolerance", "stop", "grid", "arms");
    /** What the search itself sets. */
    private static final List<String> OWN = List.of("name", "seed", "training.steps", "training.evaluate-every");

    private final YamlTree tree;
    private final String origin;

    private SearchReader(YamlTree tree, String origin) {
        this.tree = tree;
        this.origin = origin;
    }

    static Search read(Path file) {
        try {
            return parse(Files.readString(file), file.toString(), file.getFileName().toString().replaceFirst("\\.ya?ml$", ""));
        } catch (NoSuchFileException e) {
            throw new UserError("there is no search file " + file, e);
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param name of the search if the text gives none */
    static Search parse(String text, String origin, String name) {
        return new SearchReader(YamlTree.parse(text, origin), origin).search(name);
    }

    private Search search(String name) {
        if (!tree.root().isObject()) {
            throw new UserError(origin + ":1:1: a search is keys with values, such as 'base: quickstart'");
        }
        known(List.of(), tree.root(), KEYS);
        var stop = at("stop");
        if (!stop.isMissingNode() && !stop.isObject()) {
            throw wrong(List.of("stop"), "wants collapsed and behind, as in {collapsed: 0.75, behind: 0.5}");
        }
        known(List.of("stop"), stop, List.of("collapsed", "behind"));
        var arms = Stream.concat(grids(), named()).toList();
        if (arms.isEmpty()) {
            throw new UserError(origin + ": has no arm; give them names under 'arms', or multiply them out of a 'grid'");
        }
        var names = new HashSet<String>();
        for (var arm : arms) {
            if (!names.add(arm.name())) {
                throw new UserError(arm.place() + ": there are two arms '" + arm.name() + "'");
            }
        }
        var baseline = Optional.of(text("baseline", "")).filter(text -> !text.isEmpty());
        if (baseline.isPresent() && !names.contains(baseline.get())) {
            throw new UserError(place(List.of("baseline")) + ": baseline: " + UserError.unknown("arm", baseline.get(), names).getMessage());
        }
        return new Search(text("name", name), base(), seeds(), halving(), (int) whole(List.of("first-rung"), 0, 0, Integer.MAX_VALUE),
                whole(List.of("budget"), 0, 1, Long.MAX_VALUE), baseline, equal(), part(List.of("tolerance"), 0.05),
                part(List.of("stop", "collapsed"), 0.75), part(List.of("stop", "behind"), 0.5), arms);
    }

    private String base() {
        var base = text("base", "");
        if (base.isEmpty()) {
            throw new UserError(origin + ": the key 'base' is missing: the experiment that the arms are laid over");
        }
        return base;
    }

    private List<Long> seeds() {
        var given = at("seeds");
        if (given.isMissingNode()) {
            return List.of(1L, 2L, 3L);
        }
        var seeds = new ArrayList<Long>();
        for (int i = 0; given.isArray() && i < given.size(); i++) {
            seeds.add(whole(List.of("seeds", Integer.toString(i)), 0, Long.MIN_VALUE, Long.MAX_VALUE));
        }
        if (seeds.isEmpty() || seeds.stream().distinct().count() < seeds.size()) {
            throw wrong(List.of("seeds"), "wants a list of different whole numbers, such as [1, 2, 3]");
        }
        return seeds;
    }

    private int halving() {
        return at("halving").asText().equals("none") ? 1 : (int) whole(List.of("halving"), 1, 2, 1000);
    }

    private boolean equal() {
        var word = text("active-compute", "any");
        if (!List.of("any", "equal").contains(word)) {
            throw new UserError(place(List.of("active-compute")) + ": active-compute: '" + word + "' is neither 'any' nor 'equal'"
                    + Nearest.hint(word, List.of("any", "equal")));
        }
        return word.equals("equal");
    }

    private Stream<Settings> grids() {
        var grid = at("grid");
        if (grid.isMissingNode()) {
            return Stream.of();
        }
        if (grid.isObject()) {
            return grid(List.of("grid"), grid).stream();
        }
        if (!grid.isArray()) {
            throw wrong(List.of("grid"), "wants keys with lists of values, such as {model.k: [1, 2]}, or a list of such grids");
        }
        var arms = new ArrayList<Settings>();
        for (int i = 0; i < grid.size(); i++) {
            arms.addAll(grid(List.of("grid", Integer.toString(i)), grid.get(i)));
        }
        return arms.stream();
    }

    private List<Settings> grid(List<String> path, JsonNode grid) {
        if (!grid.isObject() || grid.isEmpty()) {
            throw wrong(path, "wants keys with lists of values, such as {model.k: [1, 2]}");
        }
        List<Map<String, JsonNode>> products = List.of(Map.of());
        for (var axis : grid.properties()) {
            check(path, axis.getKey());
            if (!axis.getValue().isArray() || axis.getValue().isEmpty()) {
                throw wrong(add(path, axis.getKey()), "wants a list of values");
            }
            var multiplied = new ArrayList<Map<String, JsonNode>>();
            for (var product : products) {
                axis.getValue().forEach(value -> {
                    var more = new LinkedHashMap<>(product);
                    more.put(axis.getKey(), value);
                    multiplied.add(more);
                });
            }
            products = multiplied;
        }
        return products.stream().map(values -> new Settings(name(values), values, place(path))).toList();
    }

    /** {@code router=cosine balancer=none}; a key's last word stands for it unless two end alike. */
    private static String name(Map<String, JsonNode> values) {
        var last = values.keySet().stream().collect(Collectors.groupingBy(SearchReader::last, Collectors.counting()));
        return values.entrySet().stream().map(value -> (last.get(last(value.getKey())) > 1 ? value.getKey() : last(value.getKey()))
                + "=" + Settings.brief(value.getValue())).collect(Collectors.joining(" "));
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private Stream<Settings> named() {
        var arms = at("arms");
        if (arms.isMissingNode()) {
            return Stream.of();
        }
        if (!arms.isObject()) {
            throw wrong(List.of("arms"), "wants names with settings, such as {plain: {}, wide: {model.hidden: 256}}");
        }
        return arms.properties().stream().map(arm -> {
            var path = List.of("arms", arm.getKey());
            if (!arm.getValue().isObject() && !arm.getValue().isNull()) {
                throw wrong(path, "wants settings, such as {model.k: 1}");
            }
            var values = new LinkedHashMap<String, JsonNode>();
            arm.getValue().properties().forEach(value -> {
                check(path, value.getKey());
                values.put(value.getKey(), value.getValue());
            });
            return new Settings(arm.getKey(), values, place(path));
        });
    }

    private void check(List<String> path, String key) {
        var place = Optional.ofNullable(tree.places().get(add(path, key))).map(YamlTree.Place::key).orElse(origin);
        if (OWN.contains(key)) {
            throw new UserError(place + ": '" + key + "' is no arm's to set: it is the search's");
        }
        if (!key.startsWith("sockets.") && !Experiment.keys().contains(key)) {
            throw new UserError(place + ": unknown key '" + key + "'" + Nearest.hint(key, Experiment.keys())
                    + "; a socket is written as sockets.layers.*.moe.router");
        }
    }

    private void known(List<String> path, JsonNode node, List<String> keys) {
        for (var key : node.properties()) {
            if (!keys.contains(key.getKey())) {
                throw new UserError(tree.places().get(add(path, key.getKey())).key() + ": unknown key '" + key.getKey() + "'"
                        + Nearest.hint(key.getKey(), keys));
            }
        }
    }

    private static List<String> add(List<String> path, String key) {
        return Stream.concat(path.stream(), Stream.of(key)).toList();
    }

    private String text(String key, String standard) {
        var value = at(key);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw wrong(List.of(key), "wants a text, not " + value);
        }
        return value.asText(standard);
    }

    private long whole(List<String> path, long standard, long least, long most) {
        var value = at(path);
        if (value.isMissingNode()) {
            return standard;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            throw wrong(path, "wants a whole number" + (least == Long.MIN_VALUE ? "" : " of at least " + least) + ", not " + value);
        }
        return value.asLong();
    }

    private double part(List<String> path, double standard) {
        var value = at(path);
        if (value.isMissingNode()) {
            return standard;
        }
        if (!value.isNumber() || !(value.asDouble() >= 0) || !Double.isFinite(value.asDouble())) {
            throw wrong(path, "wants a number of at least 0, not " + value);
        }
        return value.asDouble();
    }

    private JsonNode at(String key) {
        return at(List.of(key));
    }

    /** A key without a value is as if it were not there. */
    private JsonNode at(List<String> path) {
        var node = tree.root();
        for (var key : path) {
            node = node.isArray() ? node.path(Integer.parseInt(key)) : node.path(key);
        }
        return node.isNull() ? MissingNode.getInstance() : node;
    }

    private UserError wrong(List<String> path, String message) {
        return new UserError(place(path) + ": " + String.join(".", path) + " " + message);
    }

    private String place(List<String> path) {
        var place = tree.places().get(path);
        return place == null ? origin : place.value();
    }
}
