package patchbay.engine.cpu;

import java.lang.reflect.Method;
import java.util.Optional;
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

    private final boolean vectors;
    private final String description;

    private Twins(boolean vectors, String description) {
        this.vectors = vectors;
        this.description = description;
    }

    static Twins none() {
        return new Twins(false, "plain kernels");
    }

    /** @param choice the property {@code patchbay.vector}: {@code off} or a width in bits, or empty for what the machine prefers */
    static Twins of(String choice) {
        if (choice.equals("off")) {
            return new Twins(false, "plain kernels because of patchbay.vector=off");
        }
        try {
            var width = (int) Class.forName(FAST + ".Vectors").getMethod("bits").invoke(null);
            return new Twins(true, "vectors of " + width + " bits");
        } catch (NoClassDefFoundError | ClassNotFoundException absent) {
            LOG.warn("no Vector API: the plain kernels run, several times slower; start the JVM with --add-modules jdk.incubator.vector");
            return new Twins(false, "plain kernels because the JVM runs without --add-modules jdk.incubator.vector");
        } catch (ExceptionInInitializerError error) {
            if (error.getCause() instanceof UserError mistake) {
                throw mistake;
            }
            throw error;
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("vector kernels: " + error.getCause(), error);
        }
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
