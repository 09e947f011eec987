package patchbay.engine.tornado;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.util.Arrays;

/** Members of classes that are known by name alone, made callable. */
final class Binding {

    private final ClassLoader loader;
    private final String root;

    /**
     * @param loader that sees the classes
     * @param root what their names begin with
     */
    Binding(ClassLoader loader, String root) {
        this.loader = loader;
        this.root = root;
    }

    Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(root + name, false, loader);
    }

    static MethodHandle method(Class<?> owner, String name, Class<?>... parameters) throws ReflectiveOperationException {
        var method = owner.getMethod(name, parameters);
        open(method);
        return spread(MethodHandles.lookup().unreflect(method));
    }

    static MethodHandle constructor(Class<?> owner, Class<?>... parameters) throws ReflectiveOperationException {
        var constructor = owner.getConstructor(parameters);
        open(constructor);
        return spread(MethodHandles.lookup().unreflectConstructor(constructor));
    }

    /** One array of arguments, whatever they are: {@code (Object[]) → Object}. */
    private static MethodHandle spread(MethodHandle handle) {
        var fixed = handle.asFixedArity();
        return fixed.asType(fixed.type().generic()).asSpreader(Object[].class, fixed.type().parameterCount());
    }

    static Field field(Class<?> owner, String name) throws ReflectiveOperationException {
        var field = owner.getDeclaredField(name);
        open(field);
        return field;
    }

    private static void open(AccessibleObject member) {
        member.setAccessible(true);
    }

    static Object constant(Class<?> type, String name) throws ReflectiveOperationException {
        return Arrays.stream(type.getEnumConstants()).filter(each -> ((Enum<?>) each).name().equals(name)).findFirst()
                .orElseThrow(() -> new NoSuchFieldException(type.getName() + "." + name));
    }

    static Object call(MethodHandle handle, Object... arguments) {
        try {
            return (Object) handle.invokeExact(arguments);
        } catch (RuntimeException | Error error) {
            throw error;
        } catch (Throwable error) {
            throw new IllegalStateException(error);
        }
    }

    static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
