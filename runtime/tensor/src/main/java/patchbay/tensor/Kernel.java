package patchbay.tensor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;

/**
 * A kernel: a {@code public static void} method {@code (int first, int count, arrays…, scalars…)} that computes rows
 * {@code first … first + count − 1} of something. See {@link patchbay.kernels.Parallel} for the convention.
 */
public record Kernel(Method method) {

    /** The one public static method of {@code owner} that is called {@code name}. */
    public static Kernel of(Class<?> owner, String name) {
        List<Method> named = Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && Modifier.isPublic(method.getModifiers()))
                .toList();
        if (named.size() != 1) {
            throw new IllegalArgumentException("kernel " + owner.getName() + "." + name + ": " + named.size()
                    + " public methods of that name; there must be one");
        }
        return new Kernel(named.getFirst());
    }

    public Kernel {
        var types = method.getParameterTypes();
        boolean fits = Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && method.getReturnType() == void.class && types.length >= 2 && types[0] == int.class && types[1] == int.class;
        for (int i = 2; fits && i < types.length; i++) {
            fits = types[i] == int.class || types[i] == float.class
                    || types[i].isArray() && types[i].componentType().isPrimitive();
        }
        if (!fits) {
            throw new IllegalArgumentException("kernel " + method + ": it must be public static void in a public class and take"
                    + " (int first, int count, primitive arrays…, int or float scalars…)");
        }
    }

    /** Parameter types after {@code first} and {@code count}. */
    public Class<?>[] parameters() {
        var types = method.getParameterTypes();
        return Arrays.copyOfRange(types, 2, types.length);
    }

    public String name() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }
}
