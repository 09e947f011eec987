package patchbay.lab.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Says once what holds for many layers: {@code layers.0-3.moe.router}. */
public final class SocketRange {

    private static final Pattern LAYER = Pattern.compile("(.*\\blayers\\.)(\\d{1,9})(\\..*)");

    private SocketRange() {
    }

    private record Key(String before, String after, Object value) {}

    /**
     * Puts those together whose paths differ only in the layer's number.
     *
     * @param value what must be equal as well
     * @param renamed an element, and its path for all of them
     */
    public static <T> List<T> collapse(List<T> elements, Function<T, String> path, Function<T, Object> value, BiFunction<T, String, T> renamed) {
        Map<Key, List<Integer>> layers = new LinkedHashMap<>();
        Map<Key, T> first = new LinkedHashMap<>();
        for (var element : elements) {
            var matcher = LAYER.matcher(path.apply(element));
            var key = matcher.matches() ? new Key(matcher.group(1), matcher.group(3), value.apply(element))
                    : new Key(path.apply(element), "", value.apply(element));
            first.putIfAbsent(key, element);
            var numbers = layers.computeIfAbsent(key, absent -> new ArrayList<>());
            if (matcher.matches()) {
                numbers.add(Integer.parseInt(matcher.group(2)));
            }
        }
        var collapsed = new ArrayList<T>();
        layers.forEach((key, numbers) -> collapsed.add(renamed.apply(first.get(key), key.before() + ranges(numbers) + key.after())));
        return collapsed;
    }

    /** {@code 0-3,5}. */
    static String ranges(List<Integer> numbers) {
        var sorted = numbers.stream().sorted().distinct().toList();
        var text = new StringBuilder();
        for (int i = 0; i < sorted.size(); ) {
            int end = i;
            while (end + 1 < sorted.size() && sorted.get(end + 1) == sorted.get(end) + 1) {
                end++;
            }
            text.append(text.isEmpty() ? "" : ",").append(sorted.get(i)).append(end == i ? "" : "-" + sorted.get(end));
            i = end + 1;
        }
        return text.toString();
    }

    /** A wiring with one element for all layers that have the same in the same place. */
    public static List<Fitted> collapse(List<Fitted> wiring) {
        return collapse(wiring, Fitted::socket, fitted -> List.of(fitted.kind(), fitted.plugin(), fitted.options(), fitted.provider()),
                (fitted, socket) -> new Fitted(socket, fitted.kind(), fitted.plugin(), fitted.options(), fitted.provider()));
    }
}
