package patchbay.weights.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.Nearest;

/**
 * The JSON header of a file, parsed and checked against the number of bytes that follow it. Nothing is allocated on the
 * word of the header: what it holds grows with its own length only.
 */
record Header(List<TensorEntry> tensors, Map<String, String> metadata) {

    private static final JsonFactory JSON = new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final List<String> DTYPES = Arrays.stream(Dtype.values()).map(Dtype::name).toList();

    /** @param data bytes of the file after the header */
    static Header parse(Path file, String text, long data) {
        if (!text.startsWith("{")) {
            throw new SafetensorsError(file, "the header does not begin with '{'");
        }
        try (var json = JSON.createParser(text)) {
            var header = new Parser(file, json).header();
            header.checkLayout(file, data);
            return header;
        } catch (JsonProcessingException e) {
            var at = e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
            throw new SafetensorsError(file, "the header is malformed" + at + ": " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
        } catch (IOException e) {
            throw new SafetensorsError(file, "the header cannot be parsed: " + e.getMessage(), e);
        }
    }

    /** The format forbids overlaps and gaps: the tensors, in order of their offsets, cover the data exactly. */
    private void checkLayout(Path file, long data) {
        long at = 0;
        for (var tensor : tensors) {
            if (tensor.end() > data) {
                throw new SafetensorsError(file, "tensor '" + tensor.name() + "' ends at byte " + tensor.end() + " of the data, of which "
                        + data + " are there: the file is truncated or its header is wrong");
            }
            if (tensor.begin() != at) {
                throw new SafetensorsError(file, "tensor '" + tensor.name() + "' begins at byte " + tensor.begin() + " of the data, "
                        + (tensor.begin() < at ? "inside the one before it" : "after a gap") + "; expected " + at);
            }
            at = tensor.end();
        }
        if (at != data) {
            throw new SafetensorsError(file, "the tensors end at byte " + at + " of the data, which has " + data);
        }
    }

    private record Parser(Path file, JsonParser json) {

        Header header() throws IOException {
            var tensors = new ArrayList<TensorEntry>();
            Map<String, String> metadata = Map.of();
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                if (name.equals(SafetensorsFile.METADATA)) {
                    metadata = metadata();
                } else {
                    tensors.add(tensor(name));
                }
            }
            if (json.nextToken() != null) {
                throw new SafetensorsError(file, "something follows the header's JSON object");
            }
            tensors.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
            return new Header(List.copyOf(tensors), metadata);
        }

        private Map<String, String> metadata() throws IOException {
            expect(json.currentToken(), JsonToken.START_OBJECT, SafetensorsFile.METADATA);
            var metadata = new LinkedHashMap<String, String>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var key = json.currentName();
                expect(json.nextToken(), JsonToken.VALUE_STRING, SafetensorsFile.METADATA + "." + key);
                metadata.put(key, json.getText());
            }
            return metadata;
        }

        private TensorEntry tensor(String name) throws IOException {
            var what = "tensor '" + name + "'";
            expect(json.currentToken(), JsonToken.START_OBJECT, what);
            var dtype = "";
            List<Long> shape = null;
            List<Long> offsets = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var key = json.currentName();
                var token = json.nextToken();
                switch (key) {
                    case "dtype" -> {
                        expect(token, JsonToken.VALUE_STRING, what + ": dtype");
                        dtype = json.getText();
                    }
                    case "shape" -> shape = longs(what + ": shape");
                    case "data_offsets" -> offsets = longs(what + ": data_offsets");
                    default -> throw new SafetensorsError(file, what + ": unknown key '" + key + "'; valid: dtype, shape, data_offsets");
                }
            }
            if (dtype.isEmpty() || shape == null || offsets == null || offsets.size() != 2) {
                throw new SafetensorsError(file, what + " needs a dtype, a shape and two data_offsets");
            }
            return checked(what, name, dtype, shape, offsets.get(0), offsets.get(1));
        }

        private TensorEntry checked(String what, String name, String dtype, List<Long> shape, long begin, long end) {
            if (!DTYPES.contains(dtype)) {
                throw new SafetensorsError(file, what + ": unknown dtype '" + dtype + "'" + Nearest.hint(dtype, DTYPES));
            }
            var type = Dtype.valueOf(dtype);
            if (begin > end) {
                throw new SafetensorsError(file, what + " ends at " + end + ", before it begins at " + begin);
            }
            try {
                long wanted = type.bytes(shape);
                if (wanted != end - begin) {
                    throw new SafetensorsError(file, what + ": " + type + shape + " takes " + wanted + " bytes, but its offsets span " + (end - begin));
                }
            } catch (ArithmeticException e) {
                throw new SafetensorsError(file, what + ": " + type + shape + " is larger than any file", e);
            }
            return new TensorEntry(name, type, shape, begin, end);
        }

        private List<Long> longs(String what) throws IOException {
            expect(json.currentToken(), JsonToken.START_ARRAY, what);
            var values = new ArrayList<Long>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
                long value = json.getLongValue();
                if (value < 0) {
                    throw new SafetensorsError(file, what + " has a negative number, " + value);
                }
                values.add(value);
            }
            return values;
        }

        private void expect(JsonToken given, JsonToken wanted, String what) {
            if (given != wanted) {
                throw new SafetensorsError(file, what + " wants a JSON " + switch (wanted) {
                    case START_OBJECT -> "object";
                    case START_ARRAY -> "array";
                    case VALUE_NUMBER_INT -> "whole number";
                    default -> "string";
                });
            }
        }
    }
}
