package patchbay.model;

import java.util.regex.Pattern;

/** A socket's path, or many: {@code *} stands for any text between dots, so {@code layers.*.moe.router} is every layer's router. */
public record SocketPattern(String text) {

    public boolean matches(String path) {
        var expression = new StringBuilder();
        for (var part : text.split("\\*", -1)) {
            expression.append(expression.isEmpty() ? "" : "[^.]*").append(Pattern.quote(part));
        }
        return Pattern.matches(expression.toString(), path);
    }

    @Override
    public String toString() {
        return text;
    }
}
