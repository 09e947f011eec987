package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.Set;
import patchbay.tensor.UserError;

/**
 * The forms of kernels that are written for a device: in the place of {@code patchbay.kernels.X.m} the method of the same
 * name and parameters of {@code patchbay.engine.tornado.forms.X}, where there is one.
 */
final class Forms {

    private static final String PLAIN = "patchbay.kernels";
    private static final String DEVICE = "patchbay.engine.tornado.forms";

    /** What TornadoVM compiles wrong without a word: loops in loops over one and the same value. */
    private static final Set<String> WRONG = Set.of("HalfPrecision.toF16", "HalfPrecision.toBf16");

    private Forms() {}

    /**
     * The form of {@code plain}, or itself.
     *
     * @throws UserError if the device would compute something else
     */
    static Method of(Method plain) {
        var owner = plain.getDeclaringClass();
        if (WRONG.contains(owner.getSimpleName() + "." + plain.getName()) && owner.getPackageName().equals(PLAIN)) {
            throw new UserError("engine tornado: kernel " + owner.getSimpleName() + "." + plain.getName()
                    + " is not compiled right by TornadoVM 5.2; the cpu engine computes it");
        }
        if (!owner.getPackageName().equals(PLAIN)) {
            return plain;
        }
        try {
            return Class.forName(DEVICE + "." + owner.getSimpleName()).getMethod(plain.getName(), plain.getParameterTypes());
        } catch (ClassNotFoundException | NoSuchMethodException none) {
            return plain;
        }
    }
}
