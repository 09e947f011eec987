package patchbay.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One run of a kernel over {@code rows} rows: how an {@link Operation} is computed. Arguments are given in the order of
 * the kernel's parameters:
 *
 * <pre>{@code Launch.of(ADD, size).input(0).input(1).output(0).value(n)}</pre>
 */
public final class Launch {

    /** What is handed to a kernel's parameter. */
    public sealed interface Argument {
        record Input(int index) implements Argument {}

        record Output(int index) implements Argument {}

        /** An array that lives for the operation only; {@code index} into {@link Operation#scratch}. */
        record Scratch(int index) implements Argument {}

        record IntValue(int value) implements Argument {}

        record FloatValue(float value) implements Argument {}
    }

    private final Kernel kernel;
    private final int rows;
    private final List<Argument> arguments = new ArrayList<>();
    private long work;

    private Launch(Kernel kernel, int rows) {
        this.kernel = kernel;
        this.rows = rows;
    }

    public static Launch of(Kernel kernel, int rows) {
        return new Launch(kernel, rows);
    }

    public Launch input(int index) {
        return with(new Argument.Input(index));
    }

    /** @throws IllegalArgumentException if it is an argument already: nobody could tell in which order the two are written */
    public Launch output(int index) {
        var output = new Argument.Output(index);
        if (arguments.contains(output)) {
            throw new IllegalArgumentException(kernel.name() + " is given output " + index + " twice");
        }
        return with(output);
    }

    public Launch scratch(int index) {
        return with(new Argument.Scratch(index));
    }

    public Launch value(int value) {
        return with(new Argument.IntValue(value));
    }

    public Launch value(float value) {
        return with(new Argument.FloatValue(value));
    }

    /** Scalar operations a row, roughly: an engine splits rows among threads only where it pays. 0 lets the engine guess. */
    public Launch work(long perRow) {
        this.work = perRow;
        return this;
    }

    private Launch with(Argument argument) {
        arguments.add(argument);
        return this;
    }

    public Kernel kernel() {
        return kernel;
    }

    public int rows() {
        return rows;
    }

    public long work() {
        return work;
    }

    public List<Argument> arguments() {
        return List.copyOf(arguments);
    }
}
