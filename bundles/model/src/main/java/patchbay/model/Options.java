package patchbay.model;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/** Typed options: an annotation type with defaults, filled from what an experiment file or a command gave. */
public final class Options {

    private Options() {}

    /**
     * An annotation of {@code type} with the {@code given} elements in place of its defaults.
     *
     * @param given values by name in kebab case: numbers, booleans and strings, or text that can be read as such
     * @param place what an error is attributed to
     * @throws UserError for a name that is no option, or a value that does not fit
     */
    public static <A extends Annotation> A of(Class<A> type, Map<String, Object> given, String place) {
        var elements = elements(type);
        for (var name : given.keySet()) {
            if (!elements.containsKey(name)) {
                throw new UserError(UserError.unknown("option", name, elements.keySet()).getMessage() + " (" + place + ")");
            }
        }
        var values = new LinkedHashMap<String, Object>();
        elements.forEach((name, element) -> values.put(element.getName(), given.containsKey(name)
                ? convert(given.get(name), element.getReturnType(), name, place)
                : defaultOf(element, name, place)));
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "annotationType" -> type;
            case "toString" -> "@" + type.getSimpleName() + values;
            case "hashCode" -> values.hashCode();
            case "equals" -> proxy == arguments[0];
            default -> values.get(method.getName());
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Each option's name with its default, in alphabetical order. */
    public static Map<String, Object> defaults(Class<? extends Annotation> type) {
        var defaults = new LinkedHashMap<String, Object>();
        elements(type).forEach((name, element) -> defaults.put(name, element.getDefaultValue()));
        return defaults;
    }

    private static Map<String, Method> elements(Class<? extends Annotation> type) {
        return Arrays.stream(type.getDeclaredMethods()).sorted((a, b) -> a.getName().compareTo(b.getName()))
                .collect(Collectors.toMap(element -> kebab(element.getName()), element -> element, (a, _) -> a, LinkedHashMap::new));
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Object defaultOf(Method element, String name, String place) {
        if (element.getDefaultValue() == null) {
            throw new UserError("option '" + name + "' must be given (" + place + ")");
        }
        return element.getDefaultValue();
    }

    private static Object convert(Object value, Class<?> type, String name, String place) {
        var text = String.valueOf(value).trim();
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            } else if (type == long.class) {
                return Long.valueOf(text);
            } else if (type == float.class) {
                return finite(Float.valueOf(text));
            } else if (type == double.class) {
                return finite(Double.valueOf(text));
            } else if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
                return Boolean.valueOf(text);
            } else if (type == String.class) {
                return text;
            } else if (type.isEnum()) {
                return constant(type, text, name, place);
            }
        } catch (NumberFormatException notANumber) {
            throw new UserError("option '" + name + "': '" + text + "' is no " + type.getSimpleName() + " (" + place + ")", notANumber);
        }
        throw new UserError("option '" + name + "': '" + text + "' is no " + type.getSimpleName() + " (" + place + ")");
    }

    private static <N extends Number> N finite(N number) {
        if (!Double.isFinite(number.doubleValue())) {
            throw new NumberFormatException("not finite");
        }
        return number;
    }

    private static Object constant(Class<?> type, String text, String name, String place) {
        var constants = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        constant -> (Object) constant, (a, _) -> a, LinkedHashMap::new));
        if (!constants.containsKey(text)) {
            throw new UserError(UserError.unknown("value of option " + name, text, constants.keySet()).getMessage() + " (" + place + ")");
        }
        return constants.get(text);
    }
}
