package patchbay.lab.record;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import patchbay.tensor.UserError;

/**
 * The append-only file of what each step showed, one object a line. Floats are written with as many digits as it takes
 * to read the same bits back.
 */
public final class Metrics implements AutoCloseable {

    private final Lines.Appender file;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private final JsonGenerator json;

    private Metrics(Lines.Appender file) throws IOException {
        this.file = file;
        this.json = Json.MAPPER.createGenerator(line);
        json.setPrettyPrinter(new MinimalPrettyPrinter("")); // nothing between two objects: each ends its own line
    }

    /** Opens a file to go on with, or a new one. A torn last line is cut off. */
    public static Metrics open(Path file) {
        try {
            if (Files.exists(file)) {
                Lines.truncate(file, Lines.visit(file, (line, number, start) -> true));
            }
            return new Metrics(new Lines.Appender(file));
        } catch (IOException e) {
            throw new UserError("cannot open the metrics " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes one step. What was written is with the operating system when this returns, and survives the end of the process.
     *
     * @throws UserError if the disk is full or gone
     */
    public void append(Measurement measurement) {
        try {
            line.reset();
            write(measurement);
            file.append(ByteBuffer.wrap(line.toByteArray()));
        } catch (IOException e) {
            throw new UserError("cannot write " + file.path() + ": " + e.getMessage(), e);
        }
    }

    private void write(Measurement measurement) throws IOException {
        json.writeStartObject();
        json.writeNumberField("step", measurement.step());
        json.writeNumberField("loss", measurement.loss());
        json.writeNumberField("gradient-norm", measurement.gradientNorm());
        json.writeNumberField("rate", measurement.rate());
        json.writeNumberField("tokens-per-second", measurement.tokensPerSecond());
        json.writeNumberField("milliseconds", measurement.milliseconds());
        json.writeObjectFieldStart("load");
        for (var layer : measurement.counts().entrySet()) {
            json.writeObjectFieldStart(layer.getKey());
            json.writeNumberField("max-vio", (float) Load.maxVio(layer.getValue()));
            json.writeNumberField("entropy", (float) Load.entropy(layer.getValue()));
            json.writeArrayFieldStart("counts");
            for (float count : layer.getValue()) {
                if (count == (int) count) {
                    json.writeNumber((int) count);
                } else {
                    json.writeNumber(count);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("metrics");
        for (var metric : measurement.metrics().entrySet()) {
            json.writeFieldName(metric.getKey());
            if (metric.getValue().length == 1) {
                json.writeNumber(metric.getValue()[0]);
            } else {
                json.writeStartArray();
                for (float value : metric.getValue()) {
                    json.writeNumber(value);
                }
                json.writeEndArray();
            }
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    @Override
    public void close() {
        try {
            json.close();
            file.close();
        } catch (IOException e) {
            throw new UserError("cannot close " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /** Cuts off every line of more than {@code step} steps, and a torn one, before a run goes on from there. */
    public static void truncateAfter(Path file, long step) {
        try {
            Lines.truncate(file, Lines.visit(file, (line, number, start) -> parse(line, file, number).step() <= step));
        } catch (IOException e) {
            throw new UserError("cannot cut the metrics " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Every whole line, in order; the file may be written to at the same time.
     *
     * @throws UserError for a line that is no measurement, with file and line
     */
    public static void forEach(Path file, Consumer<Measurement> visitor) {
        try {
            Lines.visit(file, (line, number, start) -> {
                visitor.accept(parse(line, file, number));
                return true;
            });
        } catch (IOException e) {
            throw new UserError("cannot read the metrics " + file + ": " + e.getMessage(), e);
        }
    }

    /** @see #forEach */
    public static List<Measurement> read(Path file) {
        var all = new ArrayList<Measurement>();
        forEach(file, all::add);
        return all;
    }

    static Measurement parse(byte[] line, Path file, long number) throws IOException {
        try (var parser = Json.MAPPER.createParser(line)) {
            return measurement(parser);
        } catch (JacksonException | NumberFormatException e) {
            throw new UserError(file + ":" + number + ": is no measurement: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    private static Measurement measurement(JsonParser parser) throws IOException {
        expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
        var values = new Values();
        boolean stepped = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "step" -> {
                    values.step = parser.getLongValue();
                    stepped = true;
                }
                case "loss" -> values.loss = Float.parseFloat(parser.getText());
                case "gradient-norm" -> values.gradientNorm = Float.parseFloat(parser.getText());
                case "rate" -> values.rate = Double.parseDouble(parser.getText());
                case "tokens-per-second" -> values.tokensPerSecond = Double.parseDouble(parser.getText());
                case "milliseconds" -> values.milliseconds = Double.parseDouble(parser.getText());
                case "load" -> object(parser, layer -> object(parser, key -> {
                    if (key.equals("counts")) {
                        values.counts.put(layer, floats(parser));
                    }
                }));
                case "metrics" -> object(parser, metric -> values.metrics.put(metric, floats(parser)));
                default -> parser.skipChildren();
            }
        }
        expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
        if (!stepped) {
            throw new JsonParseException(parser, "it has no step");
        }
        return values.measurement();
    }

    /** What is read so far of one line. */
    private static final class Values {
        private long step;
        private float loss = Float.NaN;
        private float gradientNorm = Float.NaN;
        private double rate = Double.NaN;
        private double tokensPerSecond = Double.NaN;
        private double milliseconds = Double.NaN;
        private final Map<String, float[]> counts = new LinkedHashMap<>();
        private final Map<String, float[]> metrics = new LinkedHashMap<>();

        Measurement measurement() {
            return new Measurement(step, loss, gradientNorm, rate, tokensPerSecond, milliseconds, counts, metrics);
        }
    }

    private interface Field {
        void read(String name) throws IOException;
    }

    private static void object(JsonParser parser, Field field) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.START_OBJECT);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            field.read(name);
        }
        expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
    }

    /** A number, or an array of numbers. Parsed as float from the text: by way of double it would be rounded twice. */
    private static float[] floats(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return new float[] {Float.parseFloat(parser.getText())};
        }
        var values = new float[16];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = Float.parseFloat(parser.getText());
        }
        return Arrays.copyOf(values, count);
    }

    private static void expect(JsonParser parser, JsonToken found, JsonToken wanted) throws IOException {
        if (found != wanted) {
            throw new JsonParseException(parser, "expected " + wanted + ", not " + found);
        }
    }
}
