package patchbay.engine.cpu;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.Kernel;
import patchbay.tensor.UserError;

/**
 * The faster forms of plain kernels: the twin of {@code patchbay.kernels.X.m} is the method of the same name and
 * parameters of {@code patchbay.engine.cpu.vector.X}, where there is one.
 */
final class Twins {

    private static final Logger LOG = LoggerFactory.getLogger(Twins.class);
    private static final String PLAIN = "patchbay.kernels";
    private static final String FAST = "patchbay.engine.cpu.vector";
    private static final List<String> WIDTHS = List.of("64", "128", "256", "512");

    private final boolean vectors;
    private final String description;

    private Twins(boolean vectors, String description) {
        this.vectors = vectors;
        this.description = description;
    }

    static Twins none() {
        return new Twins(false, "plain kernels");
    }

    /**
     * @param choice the property {@code patchbay.vector}: {@code off}, a width in bits from {@code 64} to {@code 512}, or empty
     *     for the machine's widest
     * @throws UserError if it is something else, the machine has no such vectors, or this process computes with others already
     */
    static Twins of(String choice) {
        if (choice.equals("off")) {
            return new Twins(false, "plain kernels because of patchbay.vector=off");
        }
        if (!choice.isEmpty() && !WIDTHS.contains(choice)) {
            throw UserError.unknown("vector width (patchbay.vector)", choice, Stream.concat(Stream.of("off"), WIDTHS.stream()).toList());
        }
        try {
            VectorWidth.choose(choice);
            int width = bits("bits");
            if (!choice.isEmpty() && width != Integer.parseInt(choice)) {
                throw new UserError("patchbay.vector=" + choice + ": this process computes with vectors of " + width + " bits already");
            }
            int greatest = bits("greatest");
            if (width > greatest) {
                throw new UserError("patchbay.vector=" + choice + ": this machine has vectors of at most " + greatest + " bits; valid: off, "
                        + WIDTHS.stream().filter(bits -> Integer.parseInt(bits) <= greatest).collect(Collectors.joining(", ")));
            }
            return new Twins(true, "vectors of " + width + " bits" + (choice.isEmpty() ? "" : " because of patchbay.vector=" + choice));
        } catch (NoClassDefFoundError | ClassNotFoundException absent) {
            LOG.warn("no Vector API: the plain kernels run, several times slower; start the JVM with --add-modules jdk.incubator.vector");
            return new Twins(false, "plain kernels because the JVM runs without --add-modules jdk.incubator.vector");
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("vector kernels: " + error.getCause(), error);
        }
    }

    /** By name: without the Vector API's module the class cannot be linked. */
    private static int bits(String of) throws ReflectiveOperationException {
        return (int) Class.forName(FAST + ".Vectors").getMethod(of).invoke(null);
    }

    String description() {
        return description;
    }

    /** The twin of {@code kernel}, or its plain method. */
    Method of(Kernel kernel) {
        return vectors ? twin(kernel.method()).orElse(kernel.method()) : kernel.method();
    }

    static Optional<Method> twin(Method plain) {
        var owner = plain.getDeclaringClass();
        if (!owner.getPackageName().equals(PLAIN)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Class.forName(FAST + "." + owner.getSimpleName()).getMethod(plain.getName(), plain.getParameterTypes()));
        } catch (ClassNotFoundException | NoSuchMethodException none) {
            return Optional.empty();
        }
    }
}
