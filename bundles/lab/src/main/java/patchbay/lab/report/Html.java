package patchbay.lab.report;

import java.util.Locale;

/** Text as HTML, and numbers as text. */
final class Html {

    private Html() {
    }

    /** Safe between tags and in quoted attributes. Control characters, which HTML cannot hold, become U+FFFD. */
    static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c < ' ' && c != '\n' && c != '\t' || c == 0x7f ? '\uFFFD' : c);
            }
        }
        return escaped.toString();
    }

    /** {@code format} of a number, or a dash. */
    static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
    }

    /** A coordinate in an SVG, to a tenth. */
    static String at(double coordinate) {
        double tenths = Math.rint(coordinate * 10) / 10;
        return tenths == Math.rint(tenths) ? Long.toString((long) tenths) : Double.toString(tenths);
    }
}
