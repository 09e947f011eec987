package patchbay.lab;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import patchbay.model.Plug;
import patchbay.model.Wiring;
import patchbay.tensor.UserError;

/** How an {@link Experiment} is bound to a tree and written: kebab-case keys, no silent coercions, plugs in their short form. */
final class ExperimentYaml {

    private static final TypeReference<Map<String, Object>> OPTIONS = new TypeReference<>() { };

    static final YAMLMapper MAPPER = mapper();

    private ExperimentYaml() {
    }

    static String write(Experiment experiment) {
        try {
            return MAPPER.writeValueAsString(experiment);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an experiment that was read can be written", e);
        }
    }

    static ObjectNode tree(Experiment experiment) {
        return MAPPER.valueToTree(experiment);
    }

    static List<String> keys() {
        return keys("", tree(Experiment.defaults())).toList();
    }

    private static Stream<String> keys(String path, JsonNode node) {
        return node.isObject() && !node.isEmpty()
                ? node.properties().stream().flatMap(field -> keys((path.isEmpty() ? "" : path + ".") + field.getKey(), field.getValue()))
                : Stream.of(path);
    }

    private static YAMLMapper mapper() {
        var mapper = YAMLMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES, DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
                .addModule(new SimpleModule("wiring")
                        .addSerializer(new WiringWriter())
                        .addDeserializer(Wiring.class, new WiringReader()))
                .build();
        for (var type : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            for (var shape : List.of(CoercionInputShape.String, CoercionInputShape.EmptyString, CoercionInputShape.Boolean)) {
                if (type != LogicalType.Boolean || shape != CoercionInputShape.Boolean) {
                    mapper.coercionConfigFor(type).setCoercion(shape, CoercionAction.Fail);
                }
            }
        }
        mapper.coercionConfigFor(LogicalType.Boolean).setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
        mapper.coercionConfigFor(LogicalType.Enum).setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
        return mapper;
    }

    /** {@code path: plugin} or {@code path: {plugin: {option: value}}}. */
    private static final class WiringReader extends StdDeserializer<Wiring> {

        WiringReader() {
            super(Wiring.class);
        }

        @Override
        public Wiring deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonNode node = parser.readValueAsTree();
            if (!node.isObject()) {
                return (Wiring) context.handleUnexpectedToken(Wiring.class, parser);
            }
            var sockets = new LinkedHashMap<String, Plug>();
            for (var entry : node.properties()) {
                sockets.put(entry.getKey(), plug(entry.getKey(), entry.getValue()));
            }
            return new Wiring(sockets);
        }

        private static Plug plug(String socket, JsonNode value) throws JsonMappingException {
            if (value.isTextual() && !value.asText().isBlank()) {
                return Plug.of(value.asText());
            }
            if (value.isObject() && value.size() == 1) {
                var plug = value.properties().iterator().next();
                if (plug.getValue().isObject()) {
                    try {
                        return new Plug(plug.getKey(), TextOptions.read(MAPPER.convertValue(plug.getValue(), OPTIONS)));
                    } catch (UserError unread) {
                        throw JsonMappingException.wrapWithPath(unread, Wiring.class, socket);
                    }
                }
                if (plug.getValue().isNull()) {
                    return Plug.of(plug.getKey());
                }
            }
            var error = new UserError("sockets: " + socket + " wants a plugin's name, or {name: {option: value}}, not " + value);
            throw JsonMappingException.wrapWithPath(error, Wiring.class, socket);
        }
    }

    private static final class WiringWriter extends StdSerializer<Wiring> {

        WiringWriter() {
            super(Wiring.class);
        }

        @Override
        public void serialize(Wiring wiring, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeStartObject();
            for (var entry : wiring.sockets().entrySet()) {
                var plug = entry.getValue();
                out.writeObjectField(entry.getKey(), plug.options().isEmpty() ? plug.plugin() : Map.of(plug.plugin(), plug.options()));
            }
            out.writeEndObject();
        }
    }
}
