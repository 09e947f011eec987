package patchbay.lab;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import patchbay.tensor.UserError;

/**
 * A YAML document as a tree that remembers where everything stood, so that a mistake found later, when the tree is merged
 * and bound, can still be shown in the file.
 *
 * @param places where each key and each value begins, by its path: field names, and indices in lists
 */
public record YamlTree(JsonNode root, Map<List<String>, Place> places) {

    /** @param key where the key is (for a list's element: the element), as {@code file:line:column} */
    public record Place(String key, String value) {
    }

    private static final YAMLFactory YAML = new YAMLFactory();

    /** YAML 1.1 wants a point in a number with an exponent; nobody who writes 1e-3 means a text. */
    private static final Pattern EXPONENT = Pattern.compile("[-+]?\\d+(\\.\\d*)?[eE][-+]?\\d+");

    /**
     * @param origin the file, or what else the text is from, as the start of every error
     * @throws UserError if the text is no YAML, or uses what has no place in an experiment (aliases, several documents)
     */
    public static YamlTree parse(String text, String origin) {
        var places = new HashMap<List<String>, Place>();
        try (var parser = YAML.createParser(text)) {
            var walk = new Walk(parser, text, origin, places);
            var root = parser.nextToken() == null ? JsonNodeFactory.instance.nullNode() : walk.value(new ArrayList<>());
            if (parser.nextToken() != null) {
                throw new UserError(walk.here() + ": a second document begins here; an experiment is one");
            }
            return new YamlTree(root, places);
        } catch (JsonProcessingException e) {
            throw malformed(e, origin);
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot fail to be read", e);
        }
    }

    /** The parser below Jackson knows better where and what the mistake is. */
    private static UserError malformed(JsonProcessingException e, String origin) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblem() != null && marked.getProblemMark() != null) {
                var mark = marked.getProblemMark();
                return new UserError(origin + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1)
                        + ": malformed YAML: " + marked.getProblem().strip().replaceAll("\\s*\\R\\s*", " "), e);
            }
        }
        var problem = e.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
        return new UserError(at(origin, e.getLocation()) + ": malformed YAML: " + problem, e);
    }

    private static String at(String origin, JsonLocation location) {
        return location == null ? origin : origin + ":" + location.getLineNr() + ":" + location.getColumnNr();
    }

    private record Walk(YAMLParser parser, String text, String origin, Map<List<String>, Place> places) {

        String here() {
            return at(origin, parser.currentTokenLocation());
        }

        /** The value at the parser's current token; {@code path} is the same before and after. */
        JsonNode value(List<String> path) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(path);
                case START_ARRAY -> array(path);
                case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
                case VALUE_TRUE, VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(parser.getBooleanValue());
                case VALUE_NUMBER_INT -> integer();
                case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(parser.getDoubleValue());
                default -> scalar();
            };
        }

        private JsonNode object(List<String> path) throws IOException {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                var key = here();
                if (node.has(name)) {
                    throw new UserError(key + ": the key '" + name + "' is there twice");
                }
                parser.nextToken();
                node.set(name, element(path, name, key));
            }
            return node;
        }

        private JsonNode array(List<String> path) throws IOException {
            ArrayNode node = JsonNodeFactory.instance.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                var value = element(path, Integer.toString(node.size()), here());
                if (value.isNull()) {
                    throw new UserError(here() + ": an element of a list has no value");
                }
                node.add(value);
            }
            return node;
        }

        private JsonNode element(List<String> path, String name, String key) throws IOException {
            path.add(name);
            places.put(List.copyOf(path), new Place(key, here()));
            var value = value(path);
            path.removeLast();
            return value;
        }

        private JsonNode integer() throws IOException {
            return switch (parser.getNumberType()) {
                case INT -> JsonNodeFactory.instance.numberNode(parser.getIntValue());
                case LONG -> JsonNodeFactory.instance.numberNode(parser.getLongValue());
                default -> JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
            };
        }

        @SuppressWarnings("deprecation") // there is no other way to see an alias, and silence would make it a text
        private JsonNode scalar() throws IOException {
            if (parser.isCurrentAlias()) {
                throw new UserError(here() + ": aliases (*" + parser.getText() + ") are not supported; quote a text that begins with '*'");
            }
            var value = parser.getText();
            if (EXPONENT.matcher(value).matches() && !quoted()) {
                return JsonNodeFactory.instance.numberNode(Double.parseDouble(value));
            }
            return JsonNodeFactory.instance.textNode(value);
        }

        private boolean quoted() {
            long offset = parser.currentTokenLocation().getCharOffset(); // in code points
            char first = text.charAt(text.offsetByCodePoints(0, (int) offset));
            return first == '"' || first == '\'';
        }
    }
}
