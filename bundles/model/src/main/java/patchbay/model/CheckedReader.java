package patchbay.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * An encoder's reader that gives nothing but what it said that it would: whole arrays of finite numbers.
 *
 * @param place what errors are attributed to
 */
record CheckedReader(String place, Encoder.Reader reader, Map<String, TensorType> inputs) implements Encoder.Reader {

    CheckedReader {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    @Override
    public Encoder.Row read(byte[] bytes) {
        return checked(place, inputs, reader.read(bytes));
    }

    /** @throws UserError if the row is not one of these inputs */
    static Encoder.Row checked(String place, Map<String, TensorType> inputs, Encoder.Row row) {
        inputs.forEach((name, type) -> {
            var floats = Optional.ofNullable(row.floats().get(name));
            var length = type.dtype().isFloat() ? floats.map(values -> values.length) : Optional.ofNullable(row.ints().get(name)).map(values -> values.length);
            if (length.filter(given -> given == type.size()).isEmpty()) {
                throw new UserError("the reader of " + place + " gave " + length.map(given -> given + " numbers").orElse("nothing") + " for '" + name + "', which is " + type);
            }
            floats.filter(values -> !areFinite(values)).ifPresent(_ -> {
                throw new UserError("the reader of " + place + " gave numbers for '" + name + "' that are not finite");
            });
        });
        return row;
    }

    private static boolean areFinite(float[] values) {
        float sum = 0;
        for (float value : values) {
            sum += value * 0; // NaN for what is not finite
        }
        return sum == 0;
    }
}
