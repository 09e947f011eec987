package patchbay.lab;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import patchbay.model.Wiring;
import patchbay.tensor.Nearest;
import patchbay.tensor.UserError;

/** What Jackson has against a tree, in the words of the person who wrote the file. */
final class BindingError {

    private BindingError() {
    }

    /** @param places where what stands at a path came from */
    static UserError of(JsonMappingException error, JsonNode tree, Function<List<String>, YamlTree.Place> places) {
        var path = path(error, tree);
        var place = places.apply(path);
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError range) {
                return new UserError(rangePlace(range, path, places).value() + ": " + range.getMessage(), error);
            }
        }
        if (error instanceof UnrecognizedPropertyException unknown) {
            var valid = unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
            var group = path.size() == 1 ? "" : " under '" + dotted(path.subList(0, path.size() - 1)) + "'";
            return new UserError(place.key() + ": unknown key '" + unknown.getPropertyName() + "'" + group
                    + Nearest.hint(unknown.getPropertyName(), valid), error);
        }
        var found = node(tree, path);
        if (found.isMissingNode()) {
            return new UserError(place.value() + ": the key '" + path.getLast() + "' is missing", error);
        }
        var wanted = error instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
                ? words(mismatch.getTargetType()) : "a value in range"; // a whole number too large for its type
        return new UserError(place.value() + ": " + dotted(path) + " wants " + wanted + ", not " + found, error);
    }

    /** A range error begins with the key it is about, which says more than the group that refused to be made. */
    private static YamlTree.Place rangePlace(UserError range, List<String> path, Function<List<String>, YamlTree.Place> places) {
        var named = List.of(range.getMessage().split("[ :]", 2)[0].split("\\."));
        boolean finer = named.size() > path.size() && named.subList(0, path.size()).equals(path);
        return places.apply(finer ? named : path);
    }

    private static List<String> path(JsonMappingException error, JsonNode tree) {
        var path = new ArrayList<String>();
        for (var step : error.getPath()) {
            if (step.getFieldName() == null && !node(tree, path).isArray()) {
                break; // a single value in the place of a list is bound as its element 0
            }
            path.add(step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName());
        }
        return path;
    }

    private static JsonNode node(JsonNode tree, List<String> path) {
        var node = tree;
        for (var key : path) {
            node = node.isArray() ? node.path(Integer.parseInt(key)) : node.path(key);
        }
        return node;
    }

    private static String dotted(List<String> path) {
        return String.join(".", path);
    }

    private static String words(Class<?> type) {
        if (type == int.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class || type == float.class) {
            return "a number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ", Arrays.stream(type.getEnumConstants()).map(Object::toString).toList());
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == Wiring.class ? "sockets with their plugins" : "keys with values";
    }
}
