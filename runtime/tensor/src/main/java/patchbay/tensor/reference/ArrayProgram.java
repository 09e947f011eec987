package patchbay.tensor.reference;

import java.util.Map;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** A program whose inputs and outputs are Java arrays with names: how they are written and read. */
public abstract class ArrayProgram implements Program {

    /** An input or an output. */
    public record Named(TensorType type, Object array) {}

    private final Map<String, Named> inputs;
    private final Map<String, Named> outputs;

    /** The maps are taken over; whoever makes them may still fill them. */
    protected ArrayProgram(Map<String, Named> inputs, Map<String, Named> outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** Lets go of the arrays, when the program is closed. */
    protected final void forget() {
        inputs.clear();
        outputs.clear();
    }

    /** The array of an input has other values now. */
    protected void written(Object array) {}

    /** The array of an output is about to be read. */
    protected void toRead(Object array) {}

    @Override
    public final void write(String input, float[] values) {
        writeArray(input, values);
    }

    @Override
    public final void write(String input, int[] values) {
        writeArray(input, values);
    }

    private void writeArray(String name, Object values) {
        var input = named("input", name, inputs);
        HostArrays.write("input '" + name + "'", input.type, values, input.array);
        written(input.array);
    }

    @Override
    public final void read(String output, float[] into) {
        readArray(output, into);
    }

    @Override
    public final void read(String output, int[] into) {
        readArray(output, into);
    }

    private void readArray(String name, Object into) {
        var output = named("output", name, outputs);
        toRead(output.array);
        HostArrays.read("output '" + name + "'", output.type, output.array, into);
    }

    @Override
    public final TensorType type(String output) {
        return named("output", output, outputs).type;
    }

    private static Named named(String kind, String name, Map<String, Named> known) {
        var there = known.get(name);
        if (there == null) {
            throw UserError.unknown(kind, name, known.keySet());
        }
        return there;
    }
}
