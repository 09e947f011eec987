package patchbay.weights.safetensors;

import java.util.regex.Pattern;

/** What a file calls something, so that it fits into a message of one line. */
public final class Printable {

    private static final Pattern BREAKING = Pattern.compile("[\\p{Cc}\\x{2028}\\x{2029}]");

    private Printable() {}

    public static String of(String text) {
        return BREAKING.matcher(text).replaceAll("\ufffd");
    }
}
